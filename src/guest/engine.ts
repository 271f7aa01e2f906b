/**
 * The part of the JavaScript engine that can be steered: V8's tiers, on Node. It compiles a function first with Liftoff,
 * at once, and later, when it is hot, with TurboFan, which makes code several times faster and takes a
 * hundred times as long. No call changes what a program computes, and none throws.
 */
export interface Engine {
	/** Optimises these functions at once, before they are called. They are exports of a wasm instance. */
	optimise(functions: readonly unknown[]): void;
	/**
	 * The most that each jump back and each return is charged in the baseline code that is compiled from now on, until
	 * a function's budget of 13 million is used up and it is optimised. 0 and below: as much as ever, which is the
	 * length of the code passed over, in bytes.
	 */
	capCharge(charge: number): void;
	/** From now on code is compiled once, without optimising, and validated when it is first called. */
	compileLean(): void;
}
