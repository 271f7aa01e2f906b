import { Errno } from "../../sys/errno.ts";
import type { Guest } from "../guest.ts";
import { End } from "../end.ts";
import type { GuestMemory } from "./memory.ts";

/** How preview1 spells a parameter in wasm, by its witx type. `->` is a pointer to a result. */
const WASM_TYPES = {
	fd: ["i32"],
	u32: ["i32"],
	u64: ["i64"],
	s64: ["i64"],
	clockid: ["i32"],
	whence: ["i32"],
	advice: ["i32"],
	signal: ["i32"],
	rights: ["i64"],
	fdflags: ["i32"],
	oflags: ["i32"],
	lookupflags: ["i32"],
	fstflags: ["i32"],
	riflags: ["i32"],
	sdflags: ["i32"],
	pointer: ["i32"],
	string: ["i32", "i32"],
	buffer: ["i32", "i32"],
	iovs: ["i32", "i32"],
	"->fd": ["i32"],
	"->u32": ["i32"],
	"->u64": ["i32"],
	"->struct": ["i32"],
} as const satisfies Record<string, readonly ("i32" | "i64")[]>;

export type ParamType = keyof typeof WASM_TYPES;
export type Param = readonly [name: string, type: ParamType];

/** What a host function is given besides its arguments. */
export interface Context {
	readonly guest: Guest;
	readonly memory: GuestMemory;
}

/** wasm gives i32 as a signed number and i64 as a signed bigint. */
// oxlint-disable-next-line typescript/no-explicit-any -- the arguments are as `params` says
export type HostCall = (context: Context, ...args: any[]) => Errno | void;

/**
 * A function of preview1: one value, from which the import object, the check of a module's imports,
 * `--trace=wasi` and the inspector are made. It answers with an errno, or not at all.
 */
export interface HostFunction {
	readonly name: string;
	readonly params: readonly Param[];
	readonly call: HostCall;
	/** proc_exit has no result. */
	readonly returns: "errno" | "nothing";
}

export function hostFunction(name: string, params: readonly Param[], call: HostCall): HostFunction {
	return { name, params, call, returns: "errno" };
}

/** The wasm signature: its parameters' types. The result is an i32, or nothing. */
export function wasmParams(params: readonly Param[]): ("i32" | "i64")[] {
	return params.flatMap(([, type]) => WASM_TYPES[type]);
}

// oxlint-disable-next-line typescript/no-explicit-any -- called by wasm only
type Import = (...args: any[]) => unknown;

/**
 * The JavaScript function that wasm calls. It has exactly as many parameters as the import, because
 * V8 calls such a function directly from wasm; collecting arguments into an array would cost more
 * than most calls themselves.
 */
export function bind(host: HostFunction, context: Context): Import {
	const call = host.call;
	const { guest, memory } = context;
	const enter = () => {
		if (guest.end !== undefined) throw guest.end;
		memory.refresh();
	};
	const failed = (cause: unknown) => hostFailure(guest, cause);
	const bound = BINDERS[wasmParams(host.params).length];
	if (bound === undefined) throw new Error(`${host.name}: no binder for so many parameters`);
	return bound(call, context, enter, failed);
}

type Binder = (
	call: HostCall,
	context: Context,
	enter: () => void,
	failed: (cause: unknown) => Errno,
) => Import;

const BINDERS: readonly Binder[] = [
	(call, context, enter, failed) => () => {
		enter();
		try {
			return call(context);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a) => {
		enter();
		try {
			return call(context, a);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b) => {
		enter();
		try {
			return call(context, a, b);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c) => {
		enter();
		try {
			return call(context, a, b, c);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c, d) => {
		enter();
		try {
			return call(context, a, b, c, d);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c, d, e) => {
		enter();
		try {
			return call(context, a, b, c, d, e);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c, d, e, f) => {
		enter();
		try {
			return call(context, a, b, c, d, e, f);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c, d, e, f, g) => {
		enter();
		try {
			return call(context, a, b, c, d, e, f, g);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c, d, e, f, g, h) => {
		enter();
		try {
			return call(context, a, b, c, d, e, f, g, h);
		} catch (cause) {
			return failed(cause);
		}
	},
	(call, context, enter, failed) => (a, b, c, d, e, f, g, h, i) => {
		enter();
		try {
			return call(context, a, b, c, d, e, f, g, h, i);
		} catch (cause) {
			return failed(cause);
		}
	},
];

/**
 * A host function threw. Its own ending goes on its way. Everything else ends the guest: the stack
 * may have run out anywhere in the host's code, which leaves it in no state to serve another call.
 */
function hostFailure(guest: Guest, cause: unknown): Errno {
	if (cause instanceof End) throw cause;
	const overflow = cause instanceof RangeError && cause.message.includes("call stack");
	return guest.finish({ type: overflow ? "overflow" : "bug", cause });
}

/** For functions that answer a count or `-errno`: what preview1 returns for it. */
export function errnoOf(count: number): Errno {
	return count < 0 ? (-count as Errno) : Errno.SUCCESS;
}
