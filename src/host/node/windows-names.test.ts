import assert from "node:assert/strict";
import { test } from "node:test";
import { isForbiddenOnWindows } from "./windows-names.ts";

const FORBIDDEN = [
	"CON",
	"con",
	"Prn",
	"AUX",
	"nul",
	"NUL.txt",
	"nul.tar.gz",
	"nul .txt",
	"CONIN$",
	"conout$",
	"CONIN$.x",
	"COM0",
	"COM1",
	"com9.log",
	"COM¹",
	"com².txt",
	"LPT³",
	"lpt1",
	"C:",
	"C:x",
	"file:stream",
	"a::$DATA",
	"a\\b",
	"..\\x",
	"\\",
	"\\\\server",
	"a/b",
	"a.",
	"a ",
	"a. .",
	"...",
	" ",
	"a?",
	"a*",
	"a|b",
	"a<b",
	'a"b',
	"a\nb",
	"\u0000",
];
const FREE = [
	"a",
	"a.txt",
	".git",
	"..a",
	" a",
	"console",
	"con-1",
	"com",
	"COM10",
	"com1x",
	"lpt",
	"nullable",
	"aux_",
	"CONIN",
	"COM⁴",
	"é",
	"名前",
	"__proto__",
	"a b",
	"a.b.c",
	"x.con",
];

for (const name of FORBIDDEN) {
	test(`${JSON.stringify(name)} is refused`, () => assert.equal(isForbiddenOnWindows(name), true));
}
for (const name of FREE) {
	test(`${JSON.stringify(name)} is a name`, () => assert.equal(isForbiddenOnWindows(name), false));
}
