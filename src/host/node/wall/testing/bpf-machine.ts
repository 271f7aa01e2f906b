/** A machine for classic BPF, as the kernel's is: what tests run filters on. */
import { INSTRUCTION_SIZE_bytes } from "../bpf.ts";

/** The filter's answer for one `struct seccomp_data`. Throws on what the kernel's checker refuses. */
export function runFilter(program: Uint8Array<ArrayBuffer>, data: DataView): number {
	const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
	let accumulator = 0;
	for (let at = 0; at < program.byteLength;) {
		const code = view.getUint16(at, true);
		const whenTrue = view.getUint8(at + 2);
		const whenFalse = view.getUint8(at + 3);
		const value = view.getUint32(at + 4, true);
		at += INSTRUCTION_SIZE_bytes;
		const jumpIf = (condition: boolean) => {
			at += (condition ? whenTrue : whenFalse) * INSTRUCTION_SIZE_bytes;
		};
		switch (code) {
			case 0x20: // BPF_LD | BPF_W | BPF_ABS
				if (value % 4 !== 0) throw new RangeError(`a load at ${value}`);
				accumulator = data.getUint32(value, true);
				break;
			case 0x05: // BPF_JMP | BPF_JA
				at += value * INSTRUCTION_SIZE_bytes;
				break;
			case 0x15: // BPF_JMP | BPF_JEQ | BPF_K
				jumpIf(accumulator === value);
				break;
			case 0x35: // BPF_JMP | BPF_JGE | BPF_K
				jumpIf(accumulator >= value);
				break;
			case 0x45: // BPF_JMP | BPF_JSET | BPF_K
				jumpIf((accumulator & value) !== 0);
				break;
			case 0x06: // BPF_RET | BPF_K
				return value;
			default:
				throw new RangeError(`an instruction of code ${code}`);
		}
	}
	throw new RangeError("ran past the end");
}
