import { Fault } from "../../base/fault.ts";
import { immediates } from "../instructions.ts";
import { KERNEL_CODE } from "./code.ts";
import { scanSteps } from "./steps.ts";

/** What tools/kernel/ exports: its functions, and where things lie in its memory. */
export interface Kernel {
	/** All of its memory; made anew by `begin` and `place`, which may enlarge it. */
	readonly memory: () => { readonly bytes: Uint8Array; readonly words: Uint32Array };
	readonly places: Places;
	/** Makes ready for a module. @throws Fault MODULE_TOO_LARGE */
	begin(functions: number, types: number, window_bytes: number): void;
	/** Makes room for another window. @throws Fault MODULE_TOO_LARGE */
	place(window_bytes: number): void;
	walk(offset: number, length: number, most: number): number;
	weigh(from: number, length: number): number;
	match(from: number, to: number, length: number): number;
	/** Makes room for a graph of calls. @throws Fault MODULE_TOO_LARGE */
	graph(
		functions: number,
		imports: number,
		calls: number,
		typeCalls: number,
		types: number,
		shapes: number,
	): void;
	link(): void;
	ways(targets: number, alsoPossible: 0 | 1): number;
}

/** By the names that they have there. */
type Places = Readonly<
	Record<(typeof CONSTANTS)[number], number> &
		Record<(typeof NUMBERS)[number], { readonly value: number }> &
		Record<(typeof POINTERS)[number], () => number>
>;

/** Where what never moves lies. */
const CONSTANTS = [
	"STEPS",
	"IMMEDIATES",
	"HISTOGRAM",
	"PREFIXED",
	"HEADS",
	"WEIGHTS",
	"LISTS",
	"RECORDS",
	"FOUND",
	"BODIES",
	"BODIES_MAX",
] as const;
/** What it counts. */
const NUMBERS = ["calleeCount", "indirectCount", "wideCount", "takenCount", "foundCount", "unknown"] as const;
/** Where what a window's size moves lies. */
const POINTERS = [
	"calleesAt",
	"indirectAt",
	"wideAt",
	"takenAt",
	"windowAt",
	"givenCalleesAtAt",
	"givenCalleesListAt",
	"givenTypesAtAt",
	"givenTypesListAt",
	"shapeOfAt",
	"takenShapeAt",
	"nextAt",
	"possibleAt",
	"nearestAt",
] as const;

/** What `weigh` is asked of at a time. */
export const WEIGHED_BYTES = 4096;
/** As in tools/kernel/. */
const IMMEDIATES_EACH = 0x120;

let compiled: WebAssembly.Module | undefined;
let kernel: Kernel | undefined;

/** The one of this program: nothing of one module is left when the next begins, and nobody waits within it. */
export function theKernel(): Kernel {
	kernel ??= startKernel();
	return kernel;
}

/** One more, with a memory of its own. */
export function startKernel(): Kernel {
	const { exports } = new WebAssembly.Instance((compiled ??= compile()));
	const memory = exports["memory"] as WebAssembly.Memory;
	const call = (name: string) => exports[name] as (...numbers: readonly number[]) => number;
	const places = placesIn(exports);
	let views = viewsOf(memory);
	const room = (made: number) => {
		if (made === 0)
			throw new Fault(
				"MODULE_TOO_LARGE",
				"cannot look through the module: it does not fit into the scanner's memory",
			);
		views = viewsOf(memory);
	};
	fill(views.bytes, places);
	const [begin, place, graph] = [call("begin"), call("place"), call("graph")];
	return {
		memory: () => views,
		places,
		begin: (functions, types, window_bytes) => room(begin(functions, types, window_bytes)),
		place: (window_bytes) => room(place(window_bytes)),
		walk: call("walk"),
		weigh: call("weigh"),
		match: call("match"),
		graph: (...sizes) => room(graph(...sizes)),
		link: call("link"),
		ways: call("ways"),
	};
}

function compile(): WebAssembly.Module {
	return new WebAssembly.Module(Uint8Array.from(atob(KERNEL_CODE), (character) => character.charCodeAt(0)));
}

function placesIn(exports: WebAssembly.Exports): Places {
	const constants = CONSTANTS.map((name) => [name, (exports[name] as WebAssembly.Global).value as number]);
	const others = [...NUMBERS, ...POINTERS].map((name) => [name, exports[name]]);
	return Object.fromEntries([...constants, ...others]) as Places;
}

/** What never changes. */
function fill(bytes: Uint8Array, { STEPS, IMMEDIATES, WEIGHTS }: Places): void {
	bytes.set(scanSteps(), STEPS);
	for (const [index, table] of immediates().entries()) bytes.set(table, IMMEDIATES + index * IMMEDIATES_EACH);
	const weights = new Float64Array(bytes.buffer, WEIGHTS, WEIGHED_BYTES + 1);
	for (let count = 2; count <= WEIGHED_BYTES; count++) weights[count] = count * Math.log2(count);
}

function viewsOf({ buffer }: WebAssembly.Memory): ReturnType<Kernel["memory"]> {
	return { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer) };
}
