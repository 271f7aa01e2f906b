/** More than a stack has room for: a guest that recurses must not be taken for one that cannot be put aside. */
const FRAMES_MAX = 100_000;

/**
 * Whether the guest that asks was called by the event loop, on a stack that can be put aside. It was not where it was called
 * by a function of ours that a guest had called: its allocator, while a result is brought into its memory. Then
 * frames of wasm stand beneath frames of JavaScript. Takes some 5 ms where the guest is 10,000 calls deep.
 */
export function isOnOwnStack(): boolean {
	const frames = framesHere().map((frame) => frame.getFileName()?.startsWith("wasm://") === true);
	const first = frames.indexOf(true);
	const behind = frames.indexOf(false, first);
	if (first < 0) return false;
	// what V8 resumes by itself has nothing beneath it
	if (behind < 0) return frames.length < FRAMES_MAX;
	return !frames.includes(true, behind);
}

/** Not as text, which would take twice as long. */
function framesHere(): readonly NodeJS.CallSite[] {
	const { stackTraceLimit } = Error;
	const formatter = Object.getOwnPropertyDescriptor(Error, "prepareStackTrace");
	const holder: { stack?: unknown } = {};
	Error.stackTraceLimit = FRAMES_MAX;
	Error.prepareStackTrace = (_error, sites) => sites;
	try {
		Error.captureStackTrace(holder);
		return holder.stack as readonly NodeJS.CallSite[];
	} finally {
		Error.stackTraceLimit = stackTraceLimit;
		if (formatter === undefined) Reflect.deleteProperty(Error, "prepareStackTrace");
		else Object.defineProperty(Error, "prepareStackTrace", formatter);
	}
}
