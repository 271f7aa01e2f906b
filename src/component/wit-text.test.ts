import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { hookTranspiler } from "../cli/component/transpiler-hooks.ts";
import { readDefinitions } from "../wasm/component/read-definitions.ts";
import { elaborate } from "./elaborate.ts";
import { worldText } from "./wit-text.ts";
import { worldOf } from "./world.ts";

hookTranspiler();
const { componentEmbed, componentNew, parse } = await import("@bytecodealliance/jco-transpile/wasm-tools");

function textOf(component: Uint8Array): string {
	return worldText(worldOf(elaborate(readDefinitions(component))));
}

/** A component whose world is what the text says, and that does nothing. */
async function componentOf(wit: string): Promise<Uint8Array> {
	const module = await componentEmbed({ dummy: true, witSource: wit, world: "root" });
	return componentNew(module, []);
}

const WORLD = `package root:component;

world root {
  import pets:shop/animals@1.0.0;
  import tools: interface {
    sharpen: func(edge: f64) -> list<u8>;
  }
  import log: func(%string: string);

  export greet: func(name: string) -> result<string, list<string>>;
  export pets:shop/counter@1.0.0;
}

package pets:shop@1.0.0 {
  interface animals {
    resource cage {
      constructor(size: u32);
      open: func() -> option<pet>;
      join: static func(one: borrow<cage>, other: cage) -> cage;
    }
    enum kind {
      cat,
      dog,
    }
    record pet {
      name: string,
      %type: kind,
      age: option<u8>,
    }
    find: func(name: string) -> result<pet>;
    all: func() -> tuple<list<pet>, u64>;
  }
  interface counter {
    use animals.{pet};
    flags wishes {
      food,
      water,
    }
    variant answer {
      sold(pet),
      none,
    }
    buy: func(wishes: wishes, money: list<tuple<char, s64>>) -> answer;
    later: async func(of: stream<pet>) -> future<result<_, string>>;
  }
}
`;

test("a world is printed as it was written, in the order that toolchains have", async () => {
	assert.equal(textOf(await componentOf(WORLD)), WORLD);
});

for (const name of ["library", "hello", "http-hello", "http-proxy", "sockets", "services", "fetch"])
	test(`what is printed of guests/components/${name}.wasm is WIT, and says the same again`, async () => {
		const text = textOf(readFileSync(`guests/components/${name}.wasm`));
		assert.doesNotMatch(text, /\b(?:record|variant|enum|flags)[,;>)]/);
		const again = textOf(await componentOf(text));
		assert.deepEqual(sorted(again), sorted(text));
	});

/** In which order a world names its parts is a toolchain's affair, and other names that nothing uses are left out. */
function sorted(text: string): string[] {
	const lines = text.split("\n").map((line) => line.trim());
	return lines.filter((line) => !/^type .* = .*;$/.test(line)).toSorted();
}

test("a component without a name for anything has an empty world", async () => {
	assert.equal(textOf(await parse("(component)")), "package root:component;\n\nworld root {\n}\n");
});

test("types that would be larger than any file are cut short", async () => {
	const types = Array.from(
		{ length: 40 },
		(_, index) => `(type $t${index + 1} (tuple $t${index} $t${index}))`,
	);
	const text = textOf(
		await parse(`(component (type $t0 (tuple u8)) ${types.join(" ")} (import "f" (func (param "a" $t40))))`),
	);
	assert.ok(text.length < 5_000_000);
});
