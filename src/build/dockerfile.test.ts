import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { faultText } from "../../test/support/fault.ts";
import { Fault } from "../base/fault.ts";
import { isFromScratch, parseDockerfile } from "./dockerfile.ts";

/** Instructions as `line NAME flags|rest`. */
function read(text: string): readonly string[] {
	return parseDockerfile(text, "Dockerfile").instructions.map(
		({ line, name, flags, rest }) => `${line} ${name} ${flags.flat().join("=")}|${rest}`,
	);
}

const cases: readonly (readonly [string, string, readonly string[]])[] = [
	["nothing", "", []],
	["comments and empty lines", "# a\n\n  # b\n", []],
	["a name in small letters", "from scratch", ["1 FROM |scratch"]],
	["a line's end of Windows", "FROM scratch\r\nCMD []\r\n", ["1 FROM |scratch", "2 CMD |[]"]],
	["a byte order mark", "\ufeffFROM scratch", ["1 FROM |scratch"]],
	["a continued line", "ENV a=1 \\\n  b=2", ["1 ENV |a=1   b=2"]],
	["blanks behind the escape", "ENV a=1 \\  \n b=2", ["1 ENV |a=1  b=2"]],
	["comments and empty lines between", "ENV a=1 \\\n# no\n\n b=2\nCMD []", ["1 ENV |a=1  b=2", "5 CMD |[]"]],
	["an escape at the very end", "CMD [] \\", ["1 CMD |[]"]],
	["another escape", "# escape=`\nENV a=\\ `\n b=2", ["2 ENV |a=\\  b=2"]],
	["an escape that is too late", "# a comment\n# escape=`\nENV a=1 \\\n b=2", ["3 ENV |a=1  b=2"]],
	["flags", "COPY --chmod=755 --link a b", ["1 COPY chmod=755=link=|a b"]],
	["no flags where none are taken", 'CMD --a ["b"]', ['1 CMD |--a ["b"]']],
	["an instruction alone", "CMD", ["1 CMD |"]],
];
for (const [name, text, expected] of cases)
	test(`a Dockerfile is read: ${name}`, () => assert.deepEqual(read(text), expected));

const refused: readonly (readonly [string, string, RegExp])[] = [
	["a word that is none", "FROM scratch\n[x]", /Dockerfile:2: '\[x\]' is no instruction/],
	["an escape that is none", "# escape=x", /Dockerfile:1: the escape character/],
	["a NUL", "FROM\0", /holds a NUL/],
	["too much", "#".repeat((1 << 20) + 1), /larger than 1 MiB/],
	["too many", "A b\n".repeat(10_001), /more than 10000 instructions/],
];
for (const [name, text, expected] of refused)
	test(`a Dockerfile is refused: ${name}`, () =>
		assert.match(
			faultText(() => parseDockerfile(text, "Dockerfile")),
			expected,
		));

test("any text is instructions or a Fault", () => {
	const words = fc.constantFrom(
		"FROM",
		"scratch",
		"COPY",
		"--from=a",
		"\\",
		"`",
		"\n",
		"#",
		"escape=`",
		"$A",
		'"',
		"[",
		" ",
	);
	const text = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.array(words).map((list) => list.join("")),
	);
	fc.assert(
		fc.property(text, (dockerfile) => {
			try {
				parseDockerfile(dockerfile, "Dockerfile");
			} catch (error) {
				assert.ok(error instanceof Fault);
			}
		}),
	);
});

const scratch: readonly (readonly [string, boolean])[] = [
	["FROM scratch", true],
	["ARG A\nfrom --platform=wasi/wasm SCRATCH AS x", true],
	["FROM rust:1", false],
	["FROM rust:1 AS a\nFROM scratch", false],
	["# FROM scratch", false],
	["", false],
];
for (const [text, expected] of scratch)
	test(`FROM scratch is seen at a glance: ${JSON.stringify(text)}`, () =>
		assert.equal(isFromScratch(text), expected));
