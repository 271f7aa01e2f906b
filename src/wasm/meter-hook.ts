import type { MeterNames } from "./meter.ts";

/**
 * `(module (type (func (param i32))) (import "h" "f" (func (type 0))) (func (export "f") (type 0) (call 0 (local.get 0))))`:
 * a function of its own, so that what it calls may suspend.
 */
// oxfmt-ignore
const PASS_ON = [
	0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00,
	0x01, 0x05, 0x01, 0x60, 0x01, 0x7f, 0x00,
	0x02, 0x07, 0x01, 0x01, 0x68, 0x01, 0x66, 0x00, 0x00,
	0x03, 0x02, 0x01, 0x00,
	0x07, 0x05, 0x01, 0x01, 0x66, 0x00, 0x01,
	0x0a, 0x08, 0x01, 0x06, 0x00, 0x20, 0x00, 0x10, 0x00, 0x0b,
];

/** A function that metered modules call when their ticks are used up. One serves any number of instances. */
export interface MeterHook {
	readonly function: unknown;
}

/**
 * @param asked called with the instance's id. It goes on if the counter is at least zero afterwards; what this throws
 * goes through the guest, which may catch it, but then asks again. A `WebAssembly.Suspending` lets others run meanwhile.
 */
export function meterHook(asked: ((id: number) => void) | object): MeterHook {
	const imports = { h: { f: asked as (id: number) => void } };
	const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.from(PASS_ON)), imports);
	return { function: exports["f"] };
}

/** The counter of one instance: ticks that are left. */
export interface MeterCounter {
	value: number;
}

/** Gives a new instance its hook and its id, and the counter to the host. */
export function engageMeter(
	exports: WebAssembly.Exports,
	names: MeterNames,
	hook: MeterHook,
	id: number,
): MeterCounter {
	(exports[names.hook] as WebAssembly.Table).set(0, hook.function);
	(exports[names.id] as WebAssembly.Global).value = id;
	return exports[names.counter] as MeterCounter;
}
