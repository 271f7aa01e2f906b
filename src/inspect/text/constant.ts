import type { Cursor } from "../../wasm/cursor.ts";
import { Opcode } from "../../wasm/instructions.ts";
import { readInstruction, textName } from "./instruction.ts";

/** A constant expression (core spec 5.4.9) as flat text; the cursor stands behind its end then. @throws Fault MODULE_INVALID */
export function constantText(cursor: Cursor): string {
	const words: string[] = [];
	for (;;) {
		const { opcode, sub, name, operands } = readInstruction(cursor);
		if (opcode === Opcode.END && sub === undefined) return words.join(" ");
		words.push(textName(name));
		for (const operand of operands)
			words.push(
				operand.kind === "text"
					? operand.text
					: String(operand.kind === "index" ? operand.index : operand.depth),
			);
	}
}
