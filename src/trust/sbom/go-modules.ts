import type { Pattern } from "../../wasm/kernel/patterns.ts";
import { packageUrl, type Part, PARTS_MAX, short } from "./part.ts";

/** What `go build` writes into a program: its modules and how it was built. */
export interface GoBuild {
	/** The main package's path. */
	readonly path: string | undefined;
	/** The main module's; "(devel)" is left out. */
	readonly version: string | undefined;
	readonly modules: readonly Part[];
	/** `GOOS`, `vcs.revision` and so on. */
	readonly settings: readonly (readonly [name: string, value: string])[];
}

/**
 * Go's linker puts the text between these (cmd/go/internal/modload, `infoStart` and `infoEnd`). The mark
 * that `go version` looks for in other formats is not in wasm.
 */
const START = Uint8Array.of(
	0x30,
	0x77,
	0xaf,
	0x0c,
	0x92,
	0x74,
	0x08,
	0x02,
	0x41,
	0xe1,
	0xc1,
	0x07,
	0xe6,
	0xd6,
	0x18,
	0xe6,
);
const END = Uint8Array.of(
	0xf9,
	0x32,
	0x43,
	0x31,
	0x86,
	0x18,
	0x20,
	0x72,
	0x00,
	0x82,
	0x42,
	0x10,
	0x41,
	0x16,
	0xd8,
	0xf2,
);

export type GoTrace = Pattern & { readonly of: "go-start" | "go-end" };

export const GO_TRACES: readonly GoTrace[] = [
	{ bytes: START, of: "go-start" },
	{ bytes: END, of: "go-end" },
];

/** Kubernetes has 30 KiB of it. */
const INFO_BYTES_MAX = 1 << 20;

/** Finds the build's facts between the marks in a module's data. */
export class GoMarks {
	readonly #data: Uint8Array;
	/** Behind the first mark that may begin them. */
	#start: number | undefined;
	/** Undefined when it was not made by Go, or by TinyGo. */
	build: GoBuild | undefined;

	constructor(data: Uint8Array) {
		this.#data = data;
	}

	/** To be called in the order of places. */
	found(of: GoTrace["of"], at: number): void {
		if (this.build !== undefined) return;
		if (this.#start !== undefined && at - this.#start > INFO_BYTES_MAX) this.#start = undefined;
		if (of === "go-start") {
			if (beginsInfo(this.#data, at + START.length)) this.#start ??= at + START.length;
		} else if (this.#start !== undefined)
			this.build = parseModuleInfo(new TextDecoder().decode(this.#data.subarray(this.#start, at)));
	}
}

/** A program that reads others' build information has the frames, but nothing between them. */
function beginsInfo(data: Uint8Array, start: number): boolean {
	return /^(?:path|mod)\t/.test(new TextDecoder().decode(data.subarray(start, start + 5)));
}

/** Lines of words parted by tabs (runtime/debug, `BuildInfo.String`). */
function parseModuleInfo(text: string): GoBuild {
	let path: string | undefined;
	let version: string | undefined;
	const modules: Part[] = [];
	const settings: (readonly [string, string])[] = [];
	for (const line of text.split("\n").slice(0, PARTS_MAX)) {
		const [word, ...rest] = line.split("\t");
		const [first = "", second = "", third = ""] = rest;
		if (word === "path") path = short(first);
		else if (word === "mod") version = known(second);
		else if (word === "dep") modules.push(moduleOf(first, second, third));
		else if (word === "=>") replaceLast(modules, moduleOf(first, second, third));
		else if (word === "build") settings.push(settingOf(rest.join("\t")));
	}
	return { path, version, modules, settings };
}

function moduleOf(name: string, version: string, sum: string): Part {
	const parsed = known(version);
	return {
		kind: "library",
		name: short(name),
		version: parsed,
		purl: packageUrl("golang", short(name), parsed),
		evidence: "declared",
		origin: "go-modinfo",
		properties: sum === "" ? {} : { "go:sum": short(sum) },
		dependsOn: undefined,
	};
}

/** `=>` follows the module that it stands in for. */
function replaceLast(modules: Part[], replacement: Part): void {
	const replaced = modules.pop();
	if (replaced === undefined) return;
	modules.push({
		...replacement,
		properties: {
			...replacement.properties,
			"go:replaces": `${replaced.name} ${replaced.version ?? ""}`.trim(),
		},
	});
}

function known(version: string): string | undefined {
	return version === "" || version === "(devel)" ? undefined : short(version);
}

/** `key=value`, each in quotes where it has to be. */
function settingOf(text: string): readonly [string, string] {
	const equals = text.startsWith('"') ? text.indexOf('"=', 1) + 1 : text.indexOf("=");
	if (equals <= 0) return [short(unquoted(text)), ""];
	return [short(unquoted(text.slice(0, equals))), short(unquoted(text.slice(equals + 1)))];
}

/** Go's quotes have JSON's escapes, and a few more: then the text stays as it is. */
function unquoted(text: string): string {
	if (!text.startsWith('"')) return text;
	try {
		return String(JSON.parse(text));
	} catch {
		return text;
	}
}
