import assert from "node:assert/strict";
import { test } from "node:test";
import { linkDirect } from "./link.ts";
import { assembled } from "./echo.contract.ts";

/** A pair of pairs of pairs, so deep, that is passed in memory to a function of the host's. */
async function pairsComponent(depth: number): Promise<Uint8Array<ArrayBuffer>> {
	const types = Array.from({ length: depth }, (_, index) => {
		const part = index === 0 ? "u8" : `$t${index - 1}`;
		return `(type $t${index} (tuple ${part} ${part}))`;
	});
	return assembled(`(component
		${types.join("\n")}
		(import "test:guest/takes" (instance $takes (export "take" (func (param "pairs" $t${depth - 1})))))
		(core module $memory (memory (export "memory") 1100))
		(core instance $m (instantiate $memory))
		(alias core export $m "memory" (core memory $mem))
		(alias export $takes "take" (func $take))
		(core func $lowered (canon lower (func $take) (memory $mem)))
		(core module $main
			(import "host" "take" (func $take (param i32)))
			(func (export "go") (call $take (i32.const 0))))
		(core instance $i (instantiate $main (with "host" (instance (export "take" (func $lowered))))))
		(alias core export $i "go" (core func $go))
		(func (export "go") (canon lift (core func $go))))`);
}

for (const [depth, passes] of [
	[5, true],
	[12, true],
	[26, false],
] as const)
	test(`pairs ${depth} deep ${passes ? "are passed" : "are over what one call may cost the host"}`, async () => {
		const linked = linkDirect(await pairsComponent(depth), {
			compile: (bytes) => ({ module: new WebAssembly.Module(bytes) }),
		});
		let taken = 0;
		const instance = linked?.instantiate(new Map([["test:guest/takes", { take: () => (taken += 1) }]]));
		const go = () => instance?.call(undefined, "go", []);
		if (passes) go();
		else assert.throws(go, /values of over \d+ bytes in one call/);
		assert.equal(taken, Number(passes));
	});
