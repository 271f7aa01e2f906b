import { Fault } from "../../base/fault.ts";
import { BUILD_FILE } from "../../build/wherry-toml.ts";
import { readPins } from "../trust/trust-files.ts";
import { type BuildTag, parseTag } from "./build-flags.ts";

/**
 * A project may name what it makes, but not take a name from what came from elsewhere: its wherry.toml may
 * be anybody's, and packing what is compiled already runs nothing that would warn.
 *
 * @throws Fault REFERENCE_INVALID, PIN_CHANGED
 */
export function namesOfFile(words: readonly string[]): readonly BuildTag[] {
	const tags = words.map(parseTag);
	if (tags.length === 0) return tags;
	const pins = readPins();
	for (const { name, shown } of tags) {
		const pin = pins.get(name);
		if (pin === undefined || pin.how === "built") continue;
		throw new Fault("PIN_CHANGED", `cannot call what is built '${shown}'`, {
			note: [
				`asked for by image.tags of ${BUILD_FILE}`,
				`the name stands for ${pin.digest}, ${pin.how} on ${pin.since.slice(0, 10)}, and not for a build`,
			],
			help: `wherry build -t ${shown} ...    if that is to change`,
		});
	}
	return tags;
}
