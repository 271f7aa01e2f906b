import type { Body } from "./profile-bodies.ts";
import type { MainLoop } from "./profile-loop.ts";
import { writeResumable } from "./profile-resume.ts";
import { codeStart, zeroOf } from "./profile-types.ts";
import { Writer } from "./profile-writer.ts";

/** A function whose optimisation is put off. */
export interface Late {
	readonly body: Body;
	/** How many it has. */
	readonly parameters: number;
	/** Where it can be entered at its main loop: what that takes. */
	readonly resumable: Resumption | undefined;
}

export interface Resumption {
	readonly loop: MainLoop;
	readonly locals: readonly number[];
	readonly parameterTypes: readonly number[];
	readonly resultTypes: readonly number[];
}

/** The globals that doors and rooms share, by index. */
export interface Cells {
	/** The host's function. */
	readonly hook: number;
	/** Whether the charge is capped now. */
	readonly armed: number;
	/** The first door's, whether it was passed; the other doors' follow. */
	readonly seen: number;
	/** How many there are before `seen`. */
	readonly count: number;
	/** The hook's type. */
	readonly hookType: number;
}

/** In turns of the main loop. Some milliseconds of an interpreter; the calls are then a ten-thousandth of its work. */
const TURNS = 100_000;
/**
 * V8 optimises a function after its budget of 13 million; divided by the charge, that is so many turns or calls.
 * With this, a body of 100 KB has 2.6 million of them, which take about as long as to optimise it does.
 */
const CHARGE_TIMES_BYTES = 500_000;

const I32 = 0x7f;
const VOID = 0x40;
const IF = 0x04;
const END = 0x0b;
const RETURN_CALL = 0x12;
const CALL_REF = 0x14;
const LOCAL_GET = 0x20;
const GLOBAL_GET = 0x23;
const GLOBAL_SET = 0x24;
const I32_CONST = 0x41;
const I32_EQZ = 0x45;
const REF_NULL = 0xd0;
const NULLABLE = 0x63;
const MUTABLE = 0x01;

/** The most that a jump back or a return may be charged in this body's baseline code. At least 1. */
export function chargeCap({ contents, end }: Body): number {
	return Math.max(1, Math.round(CHARGE_TIMES_BYTES / (end - contents)));
}

/** The globals' entries: the hook, null at first; whether armed; and one for each door. */
export function writeGlobals({ hookType }: Cells, doors: number): readonly number[] {
	const out = new Writer();
	out.put(NULLABLE).signed(hookType).put(MUTABLE).put(REF_NULL).signed(hookType).put(END);
	for (let cell = 0; cell <= doors; cell++) out.put(I32).put(MUTABLE).op(I32_CONST, 0).put(END);
	return out.bytes;
}

/** The body that a late function has now: tells the host of the first call, and goes on into the room. */
export function writeDoor(late: Late, room: number, seen: number, cells: Cells): readonly number[] {
	const { body, parameters, resumable } = late;
	const out = new Writer().put(0);
	out.op(GLOBAL_GET, seen).put(I32_EQZ).put(IF).put(VOID);
	writeHookCall(out, chargeCap(body), cells);
	writeSet(out, seen, 1);
	writeSet(out, cells.armed, 1);
	out.put(END);
	for (let parameter = 0; parameter < parameters; parameter++) out.op(LOCAL_GET, parameter);
	if (resumable !== undefined) {
		for (const type of resumable.locals) out.append(zeroOf(type));
		out.op(I32_CONST, 0);
	}
	return out.op(RETURN_CALL, room).put(END).bytes;
}

/** The function that has the old body: what is new of it, its size first, and where the old body goes on. */
export function writeRoom(
	bytes: Uint8Array,
	late: Late,
	index: number,
	cells: Cells,
): { readonly head: readonly number[]; readonly rest: number } {
	const { body, parameters, resumable } = late;
	const head = new Writer();
	const code = codeStart(bytes, body);
	if (resumable === undefined) head.append(bytes, body.contents, code);
	else head.put(1).put(1).put(I32);
	writeDisarm(head, cells);
	if (resumable !== undefined) {
		const locals = parameters + resumable.locals.length;
		writeResumable(head, bytes, resumable.loop, { index, locals, turns: TURNS });
	}
	const rest = resumable?.loop.inside ?? code;
	const size_bytes = head.bytes.length + body.end - rest;
	return { head: new Writer().unsigned(size_bytes).append(head.bytes).bytes, rest };
}

/** By now the room's code is compiled: what comes next is charged as ever. */
function writeDisarm(out: Writer, cells: Cells): void {
	out.op(GLOBAL_GET, cells.armed).put(IF).put(VOID);
	writeHookCall(out, 0, cells);
	writeSet(out, cells.armed, 0);
	out.put(END);
}

function writeHookCall(out: Writer, charge: number, { hook, hookType }: Cells): void {
	out.put(I32_CONST).signed(charge).op(GLOBAL_GET, hook).op(CALL_REF, hookType);
}

function writeSet(out: Writer, global: number, value: 0 | 1): void {
	out.op(I32_CONST, value).op(GLOBAL_SET, global);
}
