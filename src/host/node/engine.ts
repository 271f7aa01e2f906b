/** V8's own figure for `--wasm-tiering-budget`. */
const BUDGET = 13_000_000;
/** V8 charges at most a quarter of the budget at once. */
const BUDGET_PARTS = 4;

interface Engine {
	optimise(functions: readonly unknown[]): void;
	capCharge(charge: number): void;
	compileLean(): void;
}

/**
 * V8's tiers, steered by flags that it reads anew for each function that it compiles. Most flags cannot be set
 * once it runs: `--no-liftoff`, `--no-wasm-inlining` make Node abort.
 */
export function openEngine(): Engine {
	return { optimise, capCharge, compileLean };
}

function optimise(functions: readonly unknown[]): void {
	if (functions.length === 0) return;
	const tierUp = nativeTierUp();
	for (const one of functions) tierUp(one);
}

/** V8's name for it, in a syntax that is on for this one line only. A V8 that has it not goes without. */
function nativeTierUp(): (one: unknown) => void {
	setFlag("--allow-natives-syntax");
	try {
		// the text is all ours
		// oxlint-disable-next-line typescript/no-implied-eval, no-new-func
		return new Function("one", "%WasmTierUpFunction(one)") as (one: unknown) => void;
	} catch {
		return () => undefined;
	} finally {
		setFlag("--no-allow-natives-syntax");
	}
}

function capCharge(charge: number): void {
	const budget = charge > 0 ? Math.min(BUDGET, charge * BUDGET_PARTS) : BUDGET;
	setFlag(`--wasm-tiering-budget=${budget}`);
}

/** All of them: what one of these implies is not applied to a V8 that runs. */
function compileLean(): void {
	for (const flag of [
		"--liftoff-only",
		"--no-wasm-tier-up",
		"--no-wasm-dynamic-tiering",
		"--wasm-lazy-validation",
	]) {
		setFlag(flag);
	}
}

function setFlag(flag: string): void {
	process.getBuiltinModule("node:v8").setFlagsFromString(flag);
}
