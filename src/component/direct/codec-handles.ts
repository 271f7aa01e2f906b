import type { Resource } from "../entities.ts";
import type { Codec } from "./codec.ts";
import type { Context, State } from "./context.ts";
import { GuestResource } from "./guest-resource.ts";
import { trap } from "./trap.ts";
import { numberOf, wrong } from "./values.ts";

/** `own<R>`: lifting takes it from the component instance, lowering gives it to one. */
export function ownCodec(resource: Resource): Codec {
	return handleCodec(
		({ handles, whole }, index) => {
			const handle = handles.remove(index, resource);
			if (handle.lentFor !== undefined)
				throw trap(`handle ${index} is only borrowed, and cannot be given away`);
			return outward(resource, handle.rep, whole, true);
		},
		({ handles, whole }, value) => handles.add(resource, inward(resource, value, whole, true)),
	);
}

/** `borrow<R>`: lent for one call. A component instance that defines the resource sees its own number. */
export function borrowCodec(resource: Resource): Codec {
	return handleCodec(
		(state, index) => {
			const handle = state.handles.get(index, resource);
			state.lend(handle);
			return outward(resource, handle.rep, state.whole, false);
		},
		({ handles, whole, index, task }, value) => {
			const rep = inward(resource, value, whole, false);
			if (resource.definedBy === index) return numberOf(rep);
			if (task === undefined) throw trap("a borrowed handle outside of any call");
			task.borrows++;
			return handles.add(resource, rep, task);
		},
	);
}

function handleCodec(
	lift: (state: State, index: number) => unknown,
	lower: (state: State, value: unknown) => number,
): Codec {
	return {
		size_bytes: 4,
		align: 4,
		flat: ["i32"],
		load: (context: Context, at) => lift(context.state, context.view.getUint32(at, true)),
		store: (context, value, at) => {
			const index = lower(context.state, value);
			context.view.setUint32(at, index, true);
		},
		lift: (context, core, at) => lift(context.state, numberOf(core[at]) >>> 0),
		lower: (context, value, core) => {
			core.push(lower(context.state, value));
		},
	};
}

/** The host's own object as it is; a guest's number in an object that stands for it. */
function outward(resource: Resource, rep: unknown, whole: State["whole"], owned: boolean): unknown {
	if (resource.definedBy === undefined) return rep;
	return new GuestResource(resource, numberOf(rep), whole, owned);
}

function inward(resource: Resource, value: unknown, whole: State["whole"], giving: boolean): unknown {
	if (resource.definedBy !== undefined) {
		if (value instanceof GuestResource)
			return giving ? value.take(resource, whole) : value.rep(resource, whole);
		throw wrong(`a resource '${resource.name ?? ""}' of the guest`, value);
	}
	if (typeof value === "object" && value !== null) return value;
	throw wrong(`a resource '${resource.name ?? ""}'`, value);
}
