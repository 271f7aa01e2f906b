import assert from "node:assert/strict";
import { test } from "node:test";
import { faultText } from "../../test/support/fault.ts";
import type { ContainerConfig } from "./config.ts";
import { NO_CONTAINER_CONFIG } from "./parse-config.ts";
import { type Asked, programOf } from "./program.ts";
import type { ImageShape } from "./shape.ts";

interface Case {
	readonly config: Partial<ContainerConfig>;
	readonly asked?: Asked;
	readonly argv: readonly string[];
	readonly first: string;
	readonly entry?: string;
}

const PROGRAMS: Readonly<Record<string, Case>> = {
	"an entrypoint with Cmd as its arguments": {
		config: { Entrypoint: ["/app.wasm"], Cmd: ["a", "b"] },
		argv: ["/app.wasm", "a", "b"],
		first: "/app.wasm",
	},
	"Cmd alone": { config: { Cmd: ["/app.wasm", "a"] }, argv: ["/app.wasm", "a"], first: "/app.wasm" },
	"words of the person in place of Cmd": {
		config: { Entrypoint: ["/app.wasm"], Cmd: ["a"] },
		asked: { args: ["x"] },
		argv: ["/app.wasm", "x"],
		first: "/app.wasm",
	},
	"--entrypoint, which drops Cmd": {
		config: { Entrypoint: ["/app.wasm"], Cmd: ["a"] },
		asked: { entrypoint: "/other.wasm", args: [] },
		argv: ["/other.wasm"],
		first: "/other.wasm",
	},
	"a path from the working directory": {
		config: { Entrypoint: ["./bin/app.wasm"], WorkingDir: "/srv" },
		argv: ["./bin/app.wasm"],
		first: "/srv/bin/app.wasm",
	},
	"a path that climbs above the root": {
		config: { Entrypoint: ["../../../app.wasm"], WorkingDir: "srv/.." },
		argv: ["../../../app.wasm"],
		first: "/app.wasm",
	},
	"runwasi's path#export": {
		config: { Entrypoint: ["/app.wasm#start_here"] },
		argv: ["/app.wasm"],
		first: "/app.wasm",
		entry: "start_here",
	},
	"a name without .wasm, where the labels say so": {
		config: { Entrypoint: ["/app"] },
		argv: ["/app"],
		first: "/app",
	},
};

for (const [title, { config, asked, argv, first, entry }] of Object.entries(PROGRAMS))
	test(`starts ${title}`, () => {
		const program = programOf(image(config, true), asked ?? { args: [] });
		assert.deepEqual(program.argv, argv);
		assert.equal(program.paths[0], first);
		assert.equal(program.entry, entry);
	});

test("a name without a slash is looked for in the working directory, the root and PATH", () => {
	const config = { Entrypoint: ["app.wasm"], WorkingDir: "/srv", Env: ["PATH=/a:relative:/b"] };
	const { paths } = programOf(image(config, true), { args: [] });
	assert.deepEqual(paths, ["/srv/app.wasm", "/app.wasm", "/a/app.wasm", "/b/app.wasm"]);
});

test("an image for linux/amd64 is believed to be wasm by its program's name alone", () => {
	assert.deepEqual(programOf(image({ Cmd: ["/app.wasm"] }, false), { args: [] }).argv, ["/app.wasm"]);
});

test("an image of a processor is refused, and says which program it starts", () => {
	assert.equal(
		faultText(() => programOf(image({ Cmd: ["/bin/sh"] }, false), { args: [] })),
		`error: cannot run the image: it is made for linux/amd64 [IMAGE_UNSUPPORTED]
note: it starts '/bin/sh', which is no .wasm file
help: --platform wasi/wasm, if it has such a variant; or run it with podman or docker
`,
	);
});

test("an image that names no program asks for --entrypoint", () => {
	assert.match(
		faultText(() => programOf(image({}, true), { args: [] })),
		/help: --entrypoint \/app.wasm/,
	);
});

function image(config: Partial<ContainerConfig>, labelled: boolean): ImageShape {
	return {
		kind: "image",
		labelled,
		layers: [],
		config: {
			os: "linux",
			architecture: "amd64",
			config: { ...NO_CONTAINER_CONFIG, ...config },
			rootfs: { type: "layers", diff_ids: [] },
			history: [],
		},
	};
}
