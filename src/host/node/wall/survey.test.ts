import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { formatSurvey, type Survey, surveyWalls } from "./survey.ts";

const MACHINE = { platform: "linux", architecture: "x64", kernelRelease: "5.10.0", nodeVersion: "v26.10.0" };

const FORMS: readonly { readonly title: string; readonly survey: Survey; readonly text: string }[] = [
	{
		title: "everything there",
		survey: {
			...MACHINE,
			parts: [
				{ name: "node:ffi", present: true, detail: "calls the kernel", help: undefined },
				{ name: "landlock", present: true, detail: "version 7: files", help: undefined },
			],
		},
		text:
			"machine: linux 5.10.0 x64, Node v26.10.0\n" +
			"  node:ffi  yes  calls the kernel\n" +
			"  landlock  yes  version 7: files\n",
	},
	{
		title: "parts missing, one remedy for two",
		survey: {
			...MACHINE,
			parts: [
				{ name: "landlock", present: false, detail: "too old", help: "use a newer kernel" },
				{ name: "openat2", present: false, detail: "slower", help: "use a newer kernel" },
				{ name: "seccomp", present: true, detail: "only named calls", help: undefined },
			],
		},
		text:
			"machine: linux 5.10.0 x64, Node v26.10.0\n" +
			"  landlock  no   too old\n" +
			"  openat2   no   slower\n" +
			"  seccomp   yes  only named calls\n" +
			"help: use a newer kernel\n",
	},
];

for (const { title, survey, text } of FORMS)
	test(`a survey is printed: ${title}`, () => {
		assert.equal(formatSurvey(survey), text);
	});

test("surveying confines nothing and says what to do about each part that is missing", () => {
	const state = () => readFileSync("/proc/self/status", "utf8").match(/^(NoNewPrivs|Seccomp):.*$/gm);
	const before = process.platform === "linux" ? state() : undefined;
	const { parts } = surveyWalls();
	assert.deepEqual(
		parts.map(({ name }) => name),
		["node:ffi", "landlock", "seccomp", "no-new-privileges", "openat2"],
	);
	for (const { present, help } of parts) assert.equal(help === undefined, present);
	if (process.platform === "linux") assert.deepEqual(state(), before);
	assert.ok(readFileSync(import.meta.filename).length > 0);
});
