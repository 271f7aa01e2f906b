import assert from "node:assert/strict";
import { test } from "node:test";
import { readComponent } from "./component.ts";
import { describeInput } from "./input.ts";
import { encodeName } from "./encode.ts";
import { section, vector } from "./module-builder.ts";
import { readModule } from "./read-module.ts";

/** The header of a component: version 0x0d, layer 1. */
function component(...sections: readonly (readonly number[])[]): Uint8Array<ArrayBuffer> {
	return Uint8Array.from([0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00, ...sections.flat()]);
}

const INSTANCE_0 = [0x05, 0x00];
const imported = (name: string, description: readonly number[] = INSTANCE_0, form = 0) => [
	form,
	...encodeName(name),
	...description,
];
const importSection = (...entries: readonly (readonly number[])[]) => section(10, vector(entries));
const exportSection = (...entries: readonly (readonly number[])[]) => section(11, vector(entries));

const CASES: readonly (readonly [
	title: string,
	bytes: Uint8Array,
	names: readonly string[],
	version: string | undefined,
])[] = [
	["nothing", component(), [], undefined],
	[
		"an import in each of several sections, a core module between them",
		component(
			importSection(imported("wasi:cli/environment@0.2.3")),
			section(1, [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]),
			importSection(imported("wasi:io/streams@0.2.3"), imported("my:own/thing")),
		),
		["wasi:cli/environment@0.2.3", "wasi:io/streams@0.2.3", "my:own/thing"],
		"0.2.3",
	],
	[
		"every kind of description",
		component(
			importSection(
				imported("a", [0x00, 0x11, 0x00]),
				imported("b", [0x01, 0x80, 0x01]),
				imported("c", [0x02, 0x01, 0x7f]),
				imported("d", [0x03, 0x00, 0x02]),
				imported("e", [0x03, 0x01], 1),
				imported("f", [0x04, 0x00]),
				imported("wasi:clocks/types@0.3.0-rc-2026", INSTANCE_0),
			),
		),
		["a", "b", "c", "d", "e", "f", "wasi:clocks/types@0.3.0-rc-2026"],
		"0.3.0-rc-2026",
	],
	[
		"the newest of several versions, by number",
		component(
			importSection(imported("wasi:a/b@0.2.9"), imported("wasi:a/b@0.2.12"), imported("wasi:a/b@0.2.12-rc")),
		),
		["wasi:a/b@0.2.9", "wasi:a/b@0.2.12", "wasi:a/b@0.2.12-rc"],
		"0.2.12",
	],
	[
		"an export",
		component(
			exportSection(
				[0x00, ...encodeName("wasi:cli/run@0.2.0"), 0x05, 0x00, 0x00],
				[0x00, ...encodeName("x"), 0x00, 0x11, 0x00, 0x01, ...INSTANCE_0],
				[0x00, ...encodeName("y"), 0x01, 0x00, 0x00],
			),
		),
		["wasi:cli/run@0.2.0", "x", "y"],
		"0.2.0",
	],
	[
		"names before what cannot be read",
		component(importSection(imported("wasi:io/poll@0.2.1"), [0x09, 0xff, 0xff, 0xff])),
		["wasi:io/poll@0.2.1"],
		"0.2.1",
	],
];

for (const [title, bytes, names, version] of CASES)
	test(`a component's names: ${title}`, () => {
		const { imports, exports, wasiVersion } = readComponent(bytes);
		assert.deepEqual([...imports, ...exports], names);
		assert.equal(wasiVersion, version);
	});

test("a component is no core module", () => {
	const bytes = component(importSection(imported("wasi:cli/environment@0.2.3")));
	assert.equal(describeInput(bytes).form, "component");
	assert.throws(() => readModule(bytes, "app.wasm"), {
		code: "MODULE_INVALID",
		message: "cannot run 'app.wasm': it is a component, and a core module is wanted",
	});
});
