import assert from "node:assert/strict";
import { test } from "node:test";
import { Fault } from "../../base/fault.ts";
import { bothPreviews } from "../../wasi/both-previews.ts";
import { Lent } from "../../wasi/p2/lent.contract.ts";
import { hostFunction, hostNameOf } from "./host-function.ts";

const kebab = (name: string) =>
	name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replace(/^-/, "");

/** In no WIT: for our own use. */
const OWN =
	/^(?:constructor|weigh|dropped|isHeld|guest|weight|give|giveBody|fields|hasBody|head|timeouts|refuse|ask)$/;

test("a component can call no method of a resource that is the host's own", () => {
	const host = bothPreviews(new Lent().guest);
	const refused = new Map<string, number>();
	for (const [track, members] of host)
		for (const [type, resource] of Object.entries(members)) {
			if (!/^[A-Z]/.test(type) || typeof resource !== "function") continue;
			let at = resource.prototype as object | null;
			for (; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null)
				for (const [member, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
					const name = `[method]${kebab(type)}.${kebab(member)}`;
					const find = () => hostFunction(hostNameOf({ interface: track, name, imported: true }), host);
					if (!OWN.test(member) && property.get === undefined) {
						find();
						continue;
					}
					assert.throws(find, (error) => error instanceof Fault && error.code === "IMPORT_UNKNOWN", name);
					refused.set(member, (refused.get(member) ?? 0) + 1);
				}
		}
	// they were there to be found
	for (const member of ["weigh", "dropped", "give"]) assert.ok((refused.get(member) ?? 0) > 0, member);
});
