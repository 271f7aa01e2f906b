import { Fault } from "../../base/fault.ts";
import { nearMisses } from "../../base/near.ts";
import type { Host, HostInterface } from "../../wasi/host-interface.ts";
import { camelCase, pascalCase } from "./spelling.ts";
import type { Need } from "./transpiled.ts";

/**
 * The imports that the glue is given, by the names it asks for. All that it will use is there.
 *
 * @throws Fault IMPORT_UNKNOWN
 */
export function importsFor(needs: readonly Need[], host: Host): Readonly<Record<string, HostInterface>> {
	const imports = Object.create(null) as Record<string, HostInterface>;
	for (const need of needs) {
		const found = host.get(trackOf(need.interface));
		if (found === undefined) throw unknownInterface(need.interface, host);
		for (const name of need.functions) if (!has(found, name)) throw unknownFunction(need, name, found);
		for (const name of need.classes)
			if (typeof found[name] !== "function") throw unknownFunction(need, name, found);
		imports[need.interface] = found;
	}
	return imports;
}

/** `wasi:io/streams@0.2.6` is `wasi:io/streams@0.2`, and `a:b/c@1.4.0` is `a:b/c@1`: what patch versions have in common. */
export function trackOf(name: string): string {
	return name.replace(/@(0\.\d+|[1-9]\d*)\.\d[.\d]*$/, "@$1");
}

function has(from: HostInterface, name: string): boolean {
	const [, form, path] = /^\[(constructor|method|static)\](.*)$/.exec(name) ?? [];
	if (form === undefined || path === undefined) return typeof from[camelCase(name)] === "function";
	const [resource = "", member = ""] = path.split(".");
	const type = from[pascalCase(resource)];
	if (typeof type !== "function" || form === "constructor") return typeof type === "function";
	const owner: unknown = form === "static" ? type : type.prototype;
	return typeof (owner as Record<string, unknown>)[camelCase(member)] === "function";
}

function unknownInterface(name: string, host: Host): Fault {
	const near = nearMisses(trackOf(name), host.keys());
	return new Fault("IMPORT_UNKNOWN", `cannot link the import '${name}'`, {
		note: ["this host has no such interface", ...near.map((one) => `it has '${one}'`)],
		help: "wherry wit FILE    shows what a component imports",
	});
}

function unknownFunction(need: Need, name: string, from: HostInterface): Fault {
	const near = nearMisses(camelCase(name.replace(/^\[[^\]]*\](?:[^.]*\.)?/, "")), Object.keys(from));
	return new Fault("IMPORT_UNKNOWN", `cannot link the import '${need.interface}#${name}'`, {
		note: ["this host's interface has no such function", ...near.map((one) => `it has '${one}'`)],
		help: "wherry wit FILE    shows what a component imports",
	});
}
