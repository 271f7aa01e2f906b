/** `wherry build --attest`: an SBOM of what came out, and a statement of how it was built. */
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Decision } from "../../build/decide.ts";
import { listFolder } from "../../build/listing.ts";
import { stepText } from "../../build/run-steps.ts";
import type { Digest } from "../../oci/digest.ts";
import { sha256Of } from "../../store/hash.ts";
import { attachSbom, attachStatement } from "../../trust/attestations.ts";
import { BUILD_TYPE, type BuildFacts, provenanceOf } from "../../trust/provenance.ts";
import { writeCycloneDx } from "../../trust/sbom/cyclonedx.ts";
import { type FoundImage, referenceOf } from "../images/find-image.ts";
import { openStore } from "../images/open-store.ts";
import { billOfImage } from "../sbom/bill-of.ts";
import { signerOf } from "../sbom/signer.ts";
import { VERSION } from "../version.ts";

/** How an image was built, as far as strangers may know it. */
export interface BuildStory {
	/** The toolchain's name, `dockerfile`, `command` of wherry.toml, or `program` for one that was compiled already. */
	readonly how: string;
	/** What was run, the folders of whoever built it left out. */
	readonly steps: readonly string[];
	/** Of all sources together; undefined where there are none but the program. */
	readonly sources: Digest | undefined;
}

/** Of a program that was compiled before: nothing is known. */
const COMPILED_BEFORE: BuildStory = { how: "program", steps: [], sources: undefined };

/** To be told before the build runs, which leaves files of its own in the folder. */
export function storyOf(decision: Decision, folder: string, work: string): BuildStory {
	const sources = digestOfFolder(folder);
	if (decision.type === "dockerfile") return { how: "dockerfile", steps: [], sources };
	const said = (text: string) =>
		text.replaceAll(work, "WORK").replaceAll(folder, ".").replaceAll(homedir(), "~");
	const steps = decision.plan.steps.flatMap((step) =>
		step.type === "spawn" || step.type === "sandbox" ? [said(stepText(step))] : [],
	);
	return { how: decision.toolchain?.name ?? "command", steps, sources };
}

/** The digest of what `sha256sum` would print of all files, in order of their paths. */
function digestOfFolder(folder: string): Digest {
	const lines = [...listFolder(folder).files].sort().map((path) => {
		const digest = sha256Of(readFileSync(join(folder, path)));
		return `${digest.slice("sha256:".length)}  ${path}\n`;
	});
	return sha256Of(new TextEncoder().encode(lines.join("")));
}

/**
 * Hangs both on a stored image.
 *
 * @param key the file of the private key that signs them; without one they prove nothing to others
 */
export async function attestBuild(
	image: FoundImage,
	key: string | undefined,
	story = COMPILED_BEFORE,
): Promise<void> {
	const signer = await signerOf(key, false);
	const store = openStore();
	try {
		const { name, descriptor } = image;
		const reference = name === undefined ? undefined : referenceOf(name);
		const repository = store.repository(
			reference === undefined ? "" : `${reference.registry}/${reference.path}`,
		);
		const bill = await billOfImage(store, image);
		await attachSbom(repository, descriptor, writeCycloneDx(bill), signer);
		const called = reference === undefined ? undefined : bill.name;
		const statement = provenanceOf(descriptor.digest, called, factsOf(story));
		await attachStatement(repository, descriptor, statement, signer);
	} finally {
		store.close();
	}
}

function factsOf({ how, steps, sources }: BuildStory): BuildFacts {
	return {
		buildType: BUILD_TYPE,
		externalParameters: { toolchain: how },
		internalParameters: { steps },
		resolvedDependencies: sources === undefined ? [] : [{ uri: "file:.", name: "sources", digest: sources }],
		versions: { wherry: VERSION },
	};
}
