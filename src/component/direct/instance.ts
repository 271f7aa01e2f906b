import { Fault } from "../../base/fault.ts";
import { ComponentError, type Host } from "../../wasi/host-interface.ts";
import type { Resource } from "../entities.ts";
import type { ComponentInstance } from "../linked.ts";
import { Context, type Realloc, State, type Whole } from "./context.ts";
import { type HostFunction, hostFunction } from "./host-function.ts";
import { callLifted, enter, type Lifted } from "./lift.ts";
import {
	type CoreFunction,
	disposeOf,
	failed,
	lowerGuest,
	lowerHost,
	resourceDrop,
	resourceNew,
	resourceRep,
} from "./lower.ts";
import type { ContextPlan, Plan, Source, StepPlan, TrampolinePlan } from "./plan.ts";
import { promising, suspending } from "./waiting.ts";

const NO_EXPORTS: WebAssembly.Exports = {};

/** Made once: a stack of its own would cost more than all else of giving up. */
const GIVEN_UP = { error: new Fault("BUG", "cannot use an instance that was given up") };

/**
 * An object on which a module finds only what it was given: nothing of `Object.prototype`. All that are filled alike have one
 * shape for V8, which `Object.create(null)` has not.
 */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- members are read as they were written
class Bare<Value> {
	[name: string]: Value;
}
Object.setPrototypeOf(Bare.prototype, null);
Reflect.deleteProperty(Bare.prototype, "constructor");
Object.freeze(Bare.prototype);

/** A component's instance: its core instances, its handles, and the functions that were made for it. */
export class DirectInstance implements ComponentInstance, Whole {
	failure: { readonly error: unknown } | undefined = undefined;
	readonly #plan: Plan;
	readonly #cores: WebAssembly.Exports[] = [];
	readonly #states: (State | undefined)[] = [];
	readonly #contexts: Context[];
	readonly #trampolines: CoreFunction[];
	readonly #lifts: (Lifted | undefined)[] = [];
	readonly #borrowed: (() => void)[] = [];

	/** @throws Fault IMPORT_UNKNOWN, before anything of the guest runs; what its start functions throw */
	constructor(plan: Plan, host: Host) {
		this.#plan = plan;
		const functions = plan.trampolines.map((trampoline) =>
			trampoline.does === "call host" ? hostFunction(trampoline.name, host) : undefined,
		);
		this.#contexts = plan.contexts.map((context) => this.#context(context));
		this.#trampolines = plan.trampolines.map((trampoline, index) =>
			this.#trampoline(trampoline, functions[index]),
		);
		try {
			for (const step of plan.steps) this.#cores.push(step === undefined ? NO_EXPORTS : this.#run(step));
		} catch (error) {
			// a start function may have got something of the host's
			this[Symbol.dispose]();
			throw error;
		}
	}

	call(interfaceName: string | undefined, name: string, values: readonly unknown[]): unknown {
		if (this.failure !== undefined) throw this.failure.error;
		const { interfaces, functions, lifts } = this.#plan;
		const exported = interfaceName === undefined ? functions : interfaces.get(interfaceName);
		const index = exported?.get(name);
		const plan = index === undefined ? undefined : lifts[index];
		if (index === undefined || plan === undefined) throw missing(interfaceName, name);
		const lifted = this.#lifted(index);
		const value = callLifted(lifted, values, this.#statesOf(plan.enters));
		if (value instanceof Promise) return value.then((later) => answerOf(lifted, later));
		return answerOf(lifted, value);
	}

	memories(): ReadonlySet<WebAssembly.Memory> {
		const memories = new Set<WebAssembly.Memory>();
		this.#plan.steps.forEach((step, index) => {
			for (const name of step?.memories ?? []) memories.add(this.#cores[index]?.[name] as WebAssembly.Memory);
		});
		return memories;
	}

	memorySize(): number {
		let size_bytes = 0;
		for (const memory of this.memories()) size_bytes += memory.buffer.byteLength;
		return size_bytes;
	}

	/** Gives it up: what it owns of the host's is disposed of, and its pooled memories are given back. */
	[Symbol.dispose](): void {
		this.failure = GIVEN_UP;
		for (const state of this.#states)
			for (const { resource, rep } of (state?.handles.takeOwned() ?? []).toReversed())
				if (resource.definedBy === undefined) giveUp(rep);
		this.#giveMemories();
	}

	/** Between calls: disposes of what it owns of the host's, and forgets all handles. False: it failed, or is in a call. */
	reset(): boolean {
		if (this.failure !== undefined) return false;
		if (!this.#states.every((state) => state === undefined || state.isIdle)) return false;
		for (const state of this.#states)
			for (const { resource, rep } of (state?.handles.takeOwned() ?? []).toReversed())
				if (resource.definedBy === undefined) giveUp(rep);
		return true;
	}

	destroy(resource: Resource, rep: number): void {
		// its memory is another's now, with all that was kept there
		if (this.failure === GIVEN_UP) return;
		const around: number[] = [];
		for (let at = resource.definedBy; at !== undefined; at = this.#plan.parents[at]) around.push(at);
		this.#destroy(resource, rep, around);
	}

	memoryOf({ memory }: ContextPlan): WebAssembly.Memory | undefined {
		return memory === undefined ? undefined : (this.#resolve(memory) as WebAssembly.Memory);
	}

	reallocOf({ realloc }: ContextPlan): Realloc | undefined {
		return realloc === undefined ? undefined : (this.#resolve(realloc) as unknown as Realloc);
	}

	/** Not those of a guest that is in a call: it may go on when what it waits for comes, whatever it is told then. */
	#giveMemories(): void {
		const isIdle = this.#states.every((state) => state?.mayEnter !== false);
		for (const give of this.#borrowed.splice(0)) if (isIdle) give();
	}

	#run({ core, imports }: StepPlan): WebAssembly.Exports {
		const given = new Bare<Bare<WebAssembly.ImportValue>>();
		const add = (module: string, name: string, value: WebAssembly.ImportValue) => {
			const members = (given[module] ??= new Bare());
			members[name] = value;
		};
		for (const { module, name, source } of imports) add(module, name, this.#resolve(source));
		if (core.memory !== undefined) {
			const { memory } = core;
			const taken = memory.take();
			this.#borrowed.push(() => {
				memory.give(taken);
			});
			add(memory.module, memory.name, taken);
		}
		const { exports } = new WebAssembly.Instance(core.module, given);
		core.engage?.(exports);
		return exports;
	}

	#resolve(source: Source): WebAssembly.ImportValue {
		const found =
			source.step === undefined
				? this.#trampolines[source.trampoline]
				: this.#cores[source.step]?.[source.name];
		if (found === undefined)
			throw failed(this.#state(0), new WebAssembly.RuntimeError("a core instance is used before it is made"));
		return found as WebAssembly.ImportValue;
	}

	#context(plan: ContextPlan): Context {
		return new Context(this.#state(plan.instance), plan);
	}

	#state(index: number): State {
		return (this.#states[index] ??= new State(index, this));
	}

	#statesOf(indices: readonly number[]): readonly State[] {
		return indices.map((index) => this.#state(index));
	}

	#contextAt(index: number): Context {
		const context = this.#contexts[index];
		if (context === undefined) throw new Fault("BUG", "cannot find a context");
		return context;
	}

	#trampoline(plan: TrampolinePlan, host: HostFunction | undefined): CoreFunction {
		switch (plan.does) {
			case "call host": {
				if (host === undefined) throw new Fault("BUG", "cannot find a host function");
				const lowered = lowerHost(plan.signature, this.#contextAt(plan.context), host, plan.mayWait);
				return plan.mayWait ? suspending(lowered) : lowered;
			}
			case "call guest": {
				const enters = this.#statesOf(plan.enters);
				const lowered = lowerGuest(plan.signature, this.#contextAt(plan.context), (values) =>
					callLifted(this.#lifted(plan.lift), values, enters),
				);
				return this.#plan.promising ? suspending(lowered) : lowered;
			}
			case "new":
				return resourceNew(this.#state(plan.instance), plan.resource);
			case "rep":
				return resourceRep(this.#state(plan.instance), plan.resource);
			case "drop":
				return resourceDrop(this.#state(plan.instance), plan.resource, (rep) => {
					this.#destroy(plan.resource, rep, plan.enters);
				});
		}
	}

	/** Runs the guest's destructor, if it has one. */
	#destroy(resource: Resource, rep: number, enters: readonly number[]): void {
		const source = this.#plan.destructors.get(resource);
		if (source === undefined) return;
		const states = this.#statesOf(enters);
		enter(this.#state(resource.definedBy ?? 0), states);
		try {
			(this.#resolve(source) as CoreFunction)(rep);
		} catch (error) {
			throw failed(this.#state(0), error);
		}
		for (const state of states) state.mayEnter = true;
	}

	#lifted(index: number): Lifted {
		return (this.#lifts[index] ??= this.#lift(index));
	}

	#lift(index: number): Lifted {
		const plan = this.#plan.lifts[index];
		if (plan === undefined) throw new Fault("BUG", "cannot find an exported function");
		const core = this.#resolve(plan.core) as CoreFunction;
		const isWaiting = this.#plan.promising;
		return {
			signature: plan.signature,
			context: this.#contextAt(plan.context),
			core: isWaiting ? promising(core) : core,
			promising: isWaiting,
			postReturn:
				plan.postReturn === undefined ? undefined : (this.#resolve(plan.postReturn) as CoreFunction),
		};
	}
}

/** As JavaScript has it: the error of a result is thrown. */
function answerOf({ signature }: Lifted, value: unknown): unknown {
	if (!signature.throws) return value;
	const { tag, val } = value as { readonly tag: string; readonly val: unknown };
	if (tag === "err") throw new ComponentError(val);
	return val;
}

function missing(interfaceName: string | undefined, name: string): Fault {
	const shown = interfaceName === undefined ? name : `${interfaceName}#${name}`;
	return new Fault("ENTRY_MISSING", `cannot find the function '${shown}' of a component`);
}

/** What a guest still holds goes in any order: where it would be the guest's mistake to drop it, there is no guest any more. */
function giveUp(rep: unknown): void {
	try {
		disposeOf(rep);
	} catch {
		// it was told, and holds nothing for anybody now
	}
}
