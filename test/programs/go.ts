import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join } from "node:path";

import { ROOT } from "../support/wherry.ts";
import { built, installed } from "./programs.ts";

const SOURCE = join(ROOT, "guests/go/tour.go");

/** guests/go/tour.go, compiled by the Go that test/programs pins: too large to be committed. */
export async function goTour(): Promise<string> {
	return await built("go-tour.wasm", [SOURCE], buildGo);
}

function buildGo(target: string): void {
	const go = installed("@ttsc/linux-x64/bin/go");
	const cache = join(ROOT, "build/go");
	const { status, stderr } = spawnSync(
		join(go, "bin/go"),
		["build", "-trimpath", "-ldflags=-s -w", "-o", target, SOURCE],
		{
			env: {
				GOROOT: go,
				GOOS: "wasip1",
				GOARCH: "wasm",
				GOTOOLCHAIN: "local",
				GOPROXY: "off",
				GOCACHE: cache,
				GOPATH: cache,
			},
			encoding: "utf8",
		},
	);
	assert.equal(status, 0, stderr);
}
