// For QuickJS, typed: `small SIDE...` adds up the sides of a shape.
import { getArguments } from "wasi:cli/environment@0.2.12";
import { getStdout } from "wasi:cli/stdout@0.2.12";

export const run = {
	run(): void {
		const sides: readonly number[] = getArguments().slice(1).map(Number);
		const around: number = sides.reduce((sum, side) => sum + side, 0);
		const line: string = `${sides.length} sides, ${around} around\n`;
		getStdout().blockingWriteAndFlush(Uint8Array.from(line, (letter) => letter.charCodeAt(0)));
	},
};
