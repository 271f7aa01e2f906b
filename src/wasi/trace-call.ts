import { ComponentError } from "./host-interface.ts";
import type { TracedCall, TraceSink } from "./p1/trace.ts";
import { type Names, valuesText, valueText } from "./trace-values.ts";

/** Between the guest's values and those of the host: the resources in them are others. */
export interface Shadows extends Names {
	/** A value of the host's as the guest is shown it: the same where no resource is in it. */
	before(value: unknown): unknown;
	/** A value of the guest's as the host knows it. */
	behind(value: unknown): unknown;
}

export type Call = (...values: unknown[]) => unknown;

/** A function of the guest's side that calls `call` with what is behind its values, and tells so. */
export function tracedCall(name: string, call: Call, shadows: Shadows, sink: TraceSink): Call {
	return (...values) => {
		const line = `${name}(${valuesText(values, shadows)})`;
		const made: Made = { line, parts: partsOf(name, values, shadows) };
		// what ends the guest may not return
		if (name.startsWith("wasi:cli/exit.")) sink(line, made.parts);
		try {
			const answer = call(...values.map((value) => shadows.behind(value)));
			if (answer instanceof Promise) return meanwhile(made, answer, shadows, sink);
			return told(made, answer, shadows, sink);
		} catch (error) {
			throw toldError(made, error, shadows, sink);
		}
	};
}

interface Made {
	readonly line: string;
	readonly parts: TracedCall;
}

/** The last dot is the function's: versions are not in these names. */
function partsOf(name: string, values: readonly unknown[], names: Names): TracedCall {
	const dot = name.lastIndexOf(".");
	return {
		interface: name.slice(0, Math.max(dot, 0)),
		function: name.slice(dot + 1),
		arguments: values.map((value) => valueText(value, names)),
		denied: false,
	};
}

/** The errors by which files, sockets, HTTP and stores say that something was not granted. */
const DENIED = /^(?:access|access-denied|not-permitted|read-only|HTTP-request-denied)$/;
/** An answer that comes later holds such an error: what became of a request. */
const HOLDS_DENIED = /^(?:ok\()?err\((?:access|access-denied|not-permitted|read-only|HTTP-request-denied)\)/;

function meanwhile(
	{ line, parts }: Made,
	answer: Promise<unknown>,
	shadows: Shadows,
	sink: TraceSink,
): Promise<unknown> {
	sink(`${line} = (waits)`, parts);
	return answer.then(
		(value) => told({ line, parts }, value, shadows, sink),
		(error: unknown) => {
			throw toldError({ line, parts }, error, shadows, sink);
		},
	);
}

function told({ line, parts }: Made, answer: unknown, shadows: Shadows, sink: TraceSink): unknown {
	const shown = shadows.before(answer);
	const result = answer === undefined ? "()" : valueText(shown, shadows);
	sink(`${line} = ${result}`, { ...parts, result, denied: HOLDS_DENIED.test(result) });
	return shown;
}

function toldError({ line, parts }: Made, error: unknown, shadows: Shadows, sink: TraceSink): unknown {
	if (!(error instanceof ComponentError)) return error;
	const payload = shadows.before(error.payload);
	// an enum's case is a string here as any, and no text
	const isCase = typeof payload === "string" && /^[A-Za-z0-9-]+$/.test(payload);
	const text = isCase ? payload : valueText(payload, shadows);
	sink(`${line} = error ${text}`, { ...parts, error: text, denied: DENIED.test(text) });
	return payload === error.payload ? error : new ComponentError(payload);
}
