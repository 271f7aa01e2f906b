import type { ComponentGuest } from "./component-guest.ts";
import { guardFunction } from "./guard.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- the values of any function of a WIT
type Call = (...values: any[]) => unknown;

/**
 * A resource class as one guest has it: its constructor and its static functions know the guest, and do nothing
 * for one that has ended; its methods, and what is an instance of it, are those of the class that all guests share.
 */
export function classOf(
	guest: ComponentGuest,
	shared: { readonly prototype: object },
	construct: Call,
	statics: Readonly<Record<string, Call>>,
): unknown {
	const made = guardFunction(construct, guest);
	// a function, not an arrow: it is called with `new`, and what it returns is what that makes
	const own = function (...values: unknown[]): unknown {
		return made(...values);
	};
	own.prototype = shared.prototype;
	for (const [name, call] of Object.entries(statics))
		Object.defineProperty(own, name, { value: guardFunction(call, guest) });
	return own;
}

/** Of resources that only the host makes. */
export function unmade(): never {
	throw new TypeError("this resource has no constructor");
}
