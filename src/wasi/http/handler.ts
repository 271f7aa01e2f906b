/** What is called: a ComponentInstance. */
export interface HandlerInstance {
	call(interfaceName: string, name: string, values: readonly unknown[]): unknown;
}

/** A guest that did not answer, or did not finish what it answered. */
export class ResponseMissing extends Error {
	override readonly name = "ResponseMissing";
	/** What the guest did instead, as a clause: `it returned without an answer`. */
	readonly reason: string;

	constructor(reason: string) {
		super(`the guest gave no whole response: ${reason}`);
		this.reason = reason;
	}
}
