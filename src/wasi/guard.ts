import type { ComponentGuest } from "./component-guest.ts";
import { End } from "./end.ts";
import { ComponentError, type HostInterface } from "./host-interface.ts";

/**
 * The same interface, on an object without a prototype, none of whose functions does anything for a guest that has
 * ended; and what one throws that is neither an ending nor the error of a result ends the guest as our mistake.
 * A component that catches an ending (`catch_all`) so finds it thrown again by every further call.
 *
 * Methods of classes are guarded where they are, once for all guests: they find theirs in `guest`.
 */
export function guardInterface(given: HostInterface, guest: ComponentGuest): HostInterface {
	const guarded: Record<string, unknown> = Object.create(null);
	for (const [name, value] of Object.entries(given)) {
		if (typeof value !== "function") guarded[name] = value;
		else guarded[name] = isClass(name) ? guardClass(value) : guardFunction(value as Call, guest);
	}
	return guarded;
}

type Call = (...values: unknown[]) => unknown;

/** Classes are in PascalCase, functions in camelCase: what the names in a WIT come to. */
function isClass(name: string): boolean {
	return /^[A-Z]/.test(name);
}

/** A function, or a static one of a class that is made per guest, guarded as above. */
export function guardFunction(call: Call, guest: ComponentGuest): Call {
	return (...values) => {
		if (guest.end !== undefined) throw guest.end;
		try {
			return guardAnswer(call(...values), guest);
		} catch (cause) {
			throw hostFailure(guest, cause);
		}
	};
}

/** By prototype: a class that is made per guest, for its statics, shares its methods with those of all others. */
const guardedPrototypes = new WeakSet<object>();

// oxlint-disable-next-line typescript/no-unsafe-function-type -- any class of a host
function guardClass(resource: Function): Function {
	const prototype = resource.prototype as object;
	if (guardedPrototypes.has(prototype)) return resource;
	guardedPrototypes.add(prototype);
	for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(prototype))) {
		if (typeof value !== "function" || name === "constructor") continue;
		Object.defineProperty(prototype, name, { value: guardMethod(value as Call) });
	}
	return resource;
}

function guardMethod(method: Call): Call {
	return function (this: { readonly guest?: ComponentGuest }, ...values) {
		const { guest } = this;
		if (guest === undefined) return method.apply(this, values);
		if (guest.end !== undefined) throw guest.end;
		try {
			return guardAnswer(method.apply(this, values), guest);
		} catch (cause) {
			throw hostFailure(guest, cause);
		}
	};
}

function guardAnswer(answer: unknown, guest: ComponentGuest): unknown {
	if (!(answer instanceof Promise)) return answer;
	return answer.catch((cause: unknown) => {
		throw hostFailure(guest, cause);
	});
}

/** What to throw on: the stack may have run out anywhere in the host's code, as in preview1. */
function hostFailure(guest: ComponentGuest, cause: unknown): unknown {
	if (cause instanceof ComponentError || cause instanceof End) return cause;
	const overflow = cause instanceof RangeError && cause.message.includes("call stack");
	return guest.finish({ type: overflow ? "overflow" : "bug", cause });
}
