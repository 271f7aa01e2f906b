import type { Resource } from "../entities.ts";
import { type Handle, HandleTable, type Task } from "./handles.ts";
import type { ContextPlan } from "./plan.ts";
import { trap } from "./trap.ts";

/** The instance of the outermost component: what all its parts share. */
export interface Whole {
	/** Why nothing of it may run any more: a trap, or what the host threw through it. */
	failure: { readonly error: unknown } | undefined;
	/** Ends a resource that a part of it defines, as the part's destructor does. */
	destroy(resource: Resource, rep: number): void;
	/** What a context works on, once it is needed: the core instance may be made after the context. */
	memoryOf(plan: ContextPlan): WebAssembly.Memory | undefined;
	reallocOf(plan: ContextPlan): Realloc | undefined;
}

/** What one call may make the host keep at once, in bytes: twice what V8 needs for the largest list of one-byte values. */
const LIFTED_BYTES_MAX = 1 << 29;

/** The state of one component instance (CanonicalABI.md, `ComponentInstance`). */
export class State {
	readonly index: number;
	readonly whole: Whole;
	readonly handles = new HandleTable();
	mayEnter = true;
	mayLeave = true;
	/** The call that it is in, where that was lent something. */
	task: Task | undefined = undefined;
	readonly #lent: Handle[] = [];
	#liftable_bytes = LIFTED_BYTES_MAX;

	constructor(index: number, whole: Whole) {
		this.index = index;
		this.whole = whole;
	}

	/** Its code calls outwards. */
	leave(): void {
		const { failure } = this.whole;
		if (failure !== undefined) throw failure.error;
		if (!this.mayLeave) throw trap("a call out of realloc or post-return");
		this.#liftable_bytes = LIFTED_BYTES_MAX;
	}

	/** Counts what is lifted against what one call may. */
	spend(size_bytes: number): void {
		this.#liftable_bytes -= size_bytes;
		if (this.#liftable_bytes < 0) throw trap(`values of over ${LIFTED_BYTES_MAX} bytes in one call`);
	}

	/** Begins to lift what it hands out. */
	refill(): void {
		this.#liftable_bytes = LIFTED_BYTES_MAX;
	}

	/** Lends a handle to the call that is being made. */
	lend(handle: Handle): void {
		handle.lends++;
		this.#lent.push(handle);
	}

	/** It is in no call. */
	get isIdle(): boolean {
		return this.mayEnter && this.mayLeave && this.task === undefined && this.#lent.length === 0;
	}

	/** How many handles are lent: what a call lends comes on top. */
	get lent(): number {
		return this.#lent.length;
	}

	/** A call is over: what it was lent comes back. */
	endLends(before: number): void {
		while (this.#lent.length > before) {
			const handle = this.#lent.pop();
			if (handle !== undefined) handle.lends--;
		}
	}
}

export type Realloc = (old: number, oldSize_bytes: number, align: number, size_bytes: number) => number;

const NO_BYTES = new Uint8Array();
const NO_VIEW = new DataView(NO_BYTES.buffer);

/** Where values are lifted from and lowered to: a component instance, one of its memories, and an allocator there. */
export class Context {
	readonly state: State;
	readonly #plan: ContextPlan;
	#memory: WebAssembly.Memory | undefined = undefined;
	#realloc: Realloc | undefined = undefined;
	#bytes: Uint8Array<ArrayBuffer> = NO_BYTES;
	#view: DataView = NO_VIEW;

	constructor(state: State, plan: ContextPlan) {
		this.state = state;
		this.#plan = plan;
	}

	/** The memory as it is now: growing it detaches the array, whose length is 0 then. */
	get bytes(): Uint8Array<ArrayBuffer> {
		if (this.#bytes.length === 0) this.#renew();
		return this.#bytes;
	}

	get view(): DataView {
		if (this.#bytes.length === 0) this.#renew();
		return this.#view;
	}

	#renew(): void {
		this.#memory ??= this.state.whole.memoryOf(this.#plan);
		if (this.#memory === undefined) throw trap("no memory to pass values in");
		const { buffer } = this.#memory;
		if (!(buffer instanceof ArrayBuffer)) throw trap("values passed in shared memory");
		this.#bytes = new Uint8Array(buffer);
		this.#view = new DataView(buffer);
	}

	/** Demands that the bytes are there and aligned. `at` is unsigned. */
	demand(at: number, size_bytes: number, align: number): void {
		if ((at & (align - 1)) !== 0) throw trap(`address 0x${at.toString(16)} is not aligned to ${align} bytes`);
		if (at + size_bytes > this.bytes.length)
			throw trap(`${size_bytes} bytes at 0x${at.toString(16)} are not all in memory`);
	}

	/** New bytes in the guest's memory, by its own allocator. */
	allocate(size_bytes: number, align: number): number {
		return this.reallocate(0, 0, align, size_bytes);
	}

	reallocate(old: number, oldSize_bytes: number, align: number, size_bytes: number): number {
		const realloc = (this.#realloc ??= this.state.whole.reallocOf(this.#plan));
		if (realloc === undefined) throw trap("no allocator to pass values with");
		const { state } = this;
		state.mayLeave = false;
		const at = realloc(old, oldSize_bytes, align, size_bytes) >>> 0;
		state.mayLeave = true;
		this.demand(at, size_bytes, align);
		return at;
	}
}
