import type { Body } from "./profile-bodies.ts";
import type { MainLoop } from "./profile-loop.ts";
import { writeResumable } from "./profile-resume.ts";
import { codeStart, writeZero } from "./profile-types.ts";
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
export function writeGlobals({ hookType }: Cells, doors: number): Uint8Array {
	const out = new Writer();
	out.put(NULLABLE).signed(hookType).put(MUTABLE, REF_NULL).signed(hookType).put(END);
	for (let cell = 0; cell <= doors; cell++) out.put(I32, MUTABLE, I32_CONST, 0, END);
	return out.bytes();
}

/** The body that a late function has now: tells the host of the first call, and goes on into the room. */
export function writeDoor(late: Late, room: number, seen: number, cells: Cells): Uint8Array {
	const { body, parameters, resumable } = late;
	const out = new Writer();
	out.put(0, GLOBAL_GET).unsigned(seen).put(I32_EQZ, IF, VOID);
	writeHookCall(out, chargeCap(body), cells);
	writeSet(out, seen, 1);
	writeSet(out, cells.armed, 1);
	out.put(END);
	for (let parameter = 0; parameter < parameters; parameter++) out.put(LOCAL_GET).unsigned(parameter);
	if (resumable !== undefined) {
		for (const type of resumable.locals) writeZero(out, type);
		out.put(I32_CONST, 0);
	}
	return out.put(RETURN_CALL).unsigned(room).put(END).bytes();
}

/** The function that has the old body, in pieces; the large ones are the module's own bytes. */
export function writeRoom(bytes: Uint8Array, late: Late, index: number, cells: Cells): Uint8Array[] {
	const { body, parameters, resumable } = late;
	const head = new Writer();
	let rest = codeStart(bytes, body);
	if (resumable === undefined) head.append(bytes.subarray(body.contents, rest));
	else head.put(1, 1, I32);
	writeDisarm(head, cells);
	if (resumable !== undefined) {
		const { loop, locals } = resumable;
		writeResumable(head, bytes, loop, { index, locals: parameters + locals.length, turns: TURNS });
		rest = loop.inside;
	}
	const size = new Writer().unsigned(head.size_bytes + body.end - rest);
	return [size.bytes(), head.bytes(), bytes.subarray(rest, body.end)];
}

/** By now the room's code is compiled: what comes next is charged as ever. */
function writeDisarm(out: Writer, cells: Cells): void {
	out.put(GLOBAL_GET).unsigned(cells.armed).put(IF, VOID);
	writeHookCall(out, 0, cells);
	writeSet(out, cells.armed, 0);
	out.put(END);
}

function writeHookCall(out: Writer, charge: number, { hook, hookType }: Cells): void {
	out.put(I32_CONST).signed(charge).put(GLOBAL_GET).unsigned(hook).put(CALL_REF).unsigned(hookType);
}

function writeSet(out: Writer, global: number, value: 0 | 1): void {
	out.put(I32_CONST, value, GLOBAL_SET).unsigned(global);
}
