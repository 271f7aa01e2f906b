import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { temporaryDirectory } from "../support/temporary.ts";
import { run, type Ended } from "../support/wherry.ts";
import { built, installed } from "./programs.ts";
import { assertRefused } from "./refusal.ts";

const DESIGN = `// A counter whose upper bits light three lamps.
module top(input clk, output red, output green, output blue);
  reg [25:0] counter = 0;
  always @(posedge clk) counter <= counter + 1;
  assign {red, green, blue} = counter[25:23] ^ {counter[24:23], 1'b0};
endmodule
`;
const PINS = "set_io clk 35\nset_io red 39\nset_io green 40\nset_io blue 41\n";
const SYNTHESIS = "read_verilog /work/top.v; synth_ice40 -top top -json /work/top.json";
const DEVICE = ["--up5k", "--package", "sg48"];

const nextpnr = installed("@yowasp/nextpnr-ice40/gen/nextpnr-ice40.core.wasm");
const icepack = installed("@yowasp/nextpnr-ice40/gen/icepack.core.wasm");

type Tree = { readonly [name: string]: Tree | string | URL };

/** Yosys's library of cells, which its package carries as one JavaScript value. */
async function yosysShare(): Promise<string> {
	return await built("yosys-share", [], async (path) => {
		const { filesystem } = (await import(installed("@yowasp/yosys/gen/resources-yosys.js"))) as {
			filesystem: { share: Tree };
		};
		writeTree(path, filesystem.share);
	});
}

function writeTree(path: string, tree: Tree): void {
	mkdirSync(path);
	for (const [name, value] of Object.entries(tree)) {
		const inner = join(path, name);
		if (typeof value === "string") writeFileSync(inner, value);
		else if (value instanceof URL) writeFileSync(inner, readFileSync(value));
		else writeTree(inner, value);
	}
}

async function synthesise(folder: string): Promise<Ended> {
	const grants = ["-v", `${await yosysShare()}:/share:ro`, "-v", `${folder}:/work`, "--tmpfs", "/tmp"];
	return run(["run", ...grants, installed("@yowasp/yosys/gen/yosys.core.wasm"), "-q", "-p", SYNTHESIS]);
}

function place(folder: string): Ended {
	const share = installed("@yowasp/nextpnr-ice40/gen/share");
	const grants = ["-v", `${share}:/share:ro`, "-v", `${folder}:/work`, "-w", "/work"];
	const files = ["--json", "top.json", "--pcf", "top.pcf", "--asc", "top.asc"];
	return run(["run", ...grants, nextpnr, "-q", ...DEVICE, ...files]);
}

test("yosys, nextpnr and icepack in turn make a bitstream", async (context) => {
	const folder = temporaryDirectory(context);
	writeFileSync(join(folder, "top.v"), DESIGN);
	writeFileSync(join(folder, "top.pcf"), PINS);
	assert.deepEqual(summary(await synthesise(folder)), { status: 0, stderr: "" });
	assert.equal(place(folder).status, 0);
	const packed = run(["run", "-v", `${folder}:/work`, icepack, "/work/top.asc", "/work/top.bin"]);
	assert.deepEqual(summary(packed), { status: 0, stderr: "" });
	const bitstream = readFileSync(join(folder, "top.bin"));
	// the preamble that an iCE40 looks for comes after the comment
	assert.ok(bitstream.subarray(0, 256).includes(Buffer.from([0x7e, 0xaa, 0x99, 0x7e])));
	assert.ok(bitstream.length > 30_000, `${bitstream.length} bytes`);
});

test("yosys without its grants is refused the design", () => {
	const yosys = installed("@yowasp/yosys/gen/yosys.core.wasm");
	assertRefused(run(["run", "--tmpfs", "/tmp", yosys, "-q", "-p", SYNTHESIS]), "/work/top.v");
});

test("icepack without a grant is refused its input", () => {
	assertRefused(run(["run", icepack, "/work/top.asc", "/work/top.bin"]), "/work/top.asc");
});

function summary({ status, stderr }: Ended): Pick<Ended, "status" | "stderr"> {
	return { status, stderr };
}
