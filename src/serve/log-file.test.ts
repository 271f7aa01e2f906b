import assert from "node:assert/strict";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { temporaryDirectory } from "../../test/support/temporary.ts";
import { LogFile } from "./log-file.ts";

for (const kind of ["file", "pipe"] as const)
	test(`lines come whole and in order to a ${kind}`, async (t) => {
		const path = join(temporaryDirectory(t), "log");
		const fd = openSync(path, "a");
		t.after(() => {
			closeSync(fd);
		});
		const log = new LogFile(fd, kind, assert.fail);
		const lines = Array.from({ length: 2000 }, (_, index) => `${index} ${"x".repeat(index % 300)}\n`);
		for (const line of lines) log.add(line);
		await log.flush();
		log.add("last\n");
		await log.flush();
		assert.equal(readFileSync(path, "latin1"), `${lines.join("")}last\n`);
	});

test("lines that nobody takes are lost, and counted, and what is kept is bounded", async (t) => {
	const path = join(temporaryDirectory(t), "log");
	const fd = openSync(path, "a");
	let lost = 0;
	const log = new LogFile(fd, "file", () => (lost += 1));
	const line = `${"x".repeat(999)}\n`;
	for (let count = 0; count < 2000; count += 1) log.add(line);
	assert.ok(lost > 900 && lost < 1000, `${lost} were lost`);
	await log.flush();
	assert.equal(readFileSync(path).length, (2000 - lost) * 1000);
	closeSync(fd);
	lost = 0;
	log.add(line);
	await log.flush();
	assert.equal(lost, 1);
});
