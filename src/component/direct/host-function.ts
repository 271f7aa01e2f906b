import { Fault } from "../../base/fault.ts";
import { nearMisses } from "../../base/near.ts";
import { type Host, type HostInterface, trackOf } from "../../wasi/host-interface.ts";
import type { Origin } from "../entities.ts";
import { camelCase, pascalCase } from "../jco/spelling.ts";

// oxlint-disable-next-line typescript/no-explicit-any -- hosts' functions take what their WIT says
type Callable = (this: unknown, ...values: any[]) => unknown;

/** A function of the host's, found once for each instance. */
export type HostFunction =
	/** `self` is undefined, or the class of a static function. */
	| { readonly form: "function"; readonly call: Callable; readonly self: unknown }
	| { readonly form: "method"; readonly call: Callable; readonly self: undefined }
	| { readonly form: "constructor"; readonly call: Callable; readonly self: undefined };

/** A function's name taken apart: `[method]output-stream.write`. */
export interface HostName {
	/** As `DirectOptions.mayWait` is asked for it: `wasi:io/poll@0.2#[method]pollable.block`. */
	readonly full: string;
	/** Of the component, for messages. */
	readonly origin: Origin;
	readonly interface: string;
	readonly form: "function" | "constructor" | "method" | "static";
	/** The class; undefined for a plain function. */
	readonly type: string | undefined;
	/** The function or method. */
	readonly member: string;
}

export function hostNameOf(origin: Origin): HostName {
	const [, form, path] = /^\[(constructor|method|static)\](.*)$/s.exec(origin.name) ?? [];
	const isInWorld = origin.interface === undefined;
	const name = trackOf(origin.interface ?? origin.name);
	const base = { full: isInWorld ? name : `${name}#${origin.name}`, origin, interface: name };
	if (form === undefined || path === undefined)
		// a function of the world itself is the only one of its interface
		return {
			...base,
			form: "function",
			type: undefined,
			member: isInWorld ? "default" : camelCase(origin.name),
		};
	const [type = "", member = ""] = path.split(".");
	return { ...base, form: form as "constructor", type: pascalCase(type), member: camelCase(member) };
}

/**
 * What the host has by this name. Only what it defines itself: nothing of `Object.prototype` or
 * `Function.prototype`, whose members a component could name.
 *
 * @throws Fault IMPORT_UNKNOWN
 */
export function hostFunction(name: HostName, host: Host): HostFunction {
	const found = host.get(name.interface);
	if (found === undefined) throw unknownInterface(name, host);
	const type = name.type === undefined ? undefined : own(found, name.type);
	if (name.type !== undefined && typeof type !== "function") throw unknownFunction(name, found);
	const call = callOf(name, found, type as Callable | undefined);
	if (typeof call !== "function") throw unknownFunction(name, found);
	const form = name.form === "static" ? "function" : name.form;
	return { form, call: call as Callable, self: name.form === "static" ? type : undefined } as HostFunction;
}

function callOf(name: HostName, found: HostInterface, type: Callable | undefined): unknown {
	if (type === undefined) return own(found, name.member);
	if (name.form === "constructor") return type;
	const member = name.form === "static" ? type : (type.prototype as object);
	return NOT_LENT.has(name.member) ? undefined : inherited(member, name.member);
}

/**
 * What our classes of resources have for our own use: no component may call it by naming it. TypeScript's `protected` and
 * what is in no WIT are nothing to one that is made by hand.
 */
const NOT_LENT: ReadonlySet<string> = new Set(
	"constructor weigh dropped isHeld guest weight give giveBody fields hasBody head timeouts refuse ask".split(
		" ",
	),
);

function own(from: object, name: string): unknown {
	return Object.hasOwn(from, name) ? (from as Record<string, unknown>)[name] : undefined;
}

/** A class's member, or its parent's. What a getter computes is none. */
function inherited(from: object | null, name: string): unknown {
	for (let at = from; at !== null && !BUILT_IN.has(at); at = Object.getPrototypeOf(at) as object | null)
		if (Object.hasOwn(at, name)) return Object.getOwnPropertyDescriptor(at, name)?.value;
	return undefined;
}

const BUILT_IN = new Set<object>([Object.prototype, Function.prototype]);

/** Calls it; methods with their first value as `this`. */
export function callHost({ form, call, self }: HostFunction, values: unknown[]): unknown {
	if (form === "constructor") return Reflect.construct(call, values);
	if (form === "function") return Reflect.apply(call, self, values);
	const object = values.shift();
	return Reflect.apply(call, object, values);
}

function unknownInterface({ origin, interface: track }: HostName, host: Host): Fault {
	const shown = origin.interface ?? origin.name;
	const versions = [...host.keys()].filter((one) => withoutVersion(one) === withoutVersion(track));
	const near = versions.length > 0 ? versions : nearMisses(track, host.keys());
	return new Fault("IMPORT_UNKNOWN", `cannot link the import '${shown}'`, {
		note: ["this host has no such interface", ...near.map((one) => `it has '${one}'`)],
	});
}

function withoutVersion(name: string): string {
	return name.replace(/@.*$/, "");
}

function unknownFunction(name: HostName, found: HostInterface): Fault {
	const type = name.type === undefined ? undefined : own(found, name.type);
	const among =
		typeof type !== "function" ? found : name.form === "static" ? type : (type.prototype as object);
	const near = nearMisses(
		among === found ? (name.type ?? name.member) : name.member,
		Object.getOwnPropertyNames(among),
	);
	const { origin } = name;
	const shown = origin.interface === undefined ? origin.name : `${origin.interface}#${origin.name}`;
	return new Fault("IMPORT_UNKNOWN", `cannot link the import '${shown}'`, {
		note: ["this host's interface has no such function", ...near.map((one) => `it has '${one}'`)],
	});
}
