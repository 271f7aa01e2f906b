import { algorithmOf, type Digest, hexOf } from "../oci/digest.ts";
import type { Statement } from "./statement.ts";

/** SLSA 1.0 (slsa.dev/spec/v1.0/provenance). */
export const PROVENANCE_PREDICATE = "https://slsa.dev/provenance/v1";

/** How a thing was built, as whoever built it says. */
export interface BuildFacts {
	/** What kind of build it was: tells how to read the parameters. */
	readonly buildType: string;
	/** What the person chose: flags, the name of the folder. Nothing secret. */
	readonly externalParameters: Readonly<Record<string, unknown>>;
	/** What the builder chose: commands, the toolchain. */
	readonly internalParameters?: Readonly<Record<string, unknown>>;
	/** Sources and tools that went in, as far as they are known. */
	readonly resolvedDependencies: readonly ResolvedDependency[];
	/** Of wherry and what it ran, by name. */
	readonly versions: Readonly<Record<string, string>>;
	/** RFC 3339; without them the same build says the same. */
	readonly startedOn?: string;
	readonly finishedOn?: string;
}

export interface ResolvedDependency {
	/** `file:src/main.c`, `pkg:npm/%40yowasp/clang@22.0.0`, `git+https://...@COMMIT`. */
	readonly uri: string;
	readonly digest?: Digest;
	readonly name?: string;
}

/** `wherry build` on somebody's machine. */
export const BUILD_TYPE = "urn:wherry:build:v1";

/** The build ran where its user could change anything: SLSA's level 1 at most, and no more is claimed. */
const LOCAL_BUILDER = "urn:wherry:builder:local";

/**
 * SLSA provenance of an image, as an in-toto statement.
 *
 * @param name what the image is called; left out of the statement when undefined
 */
export function provenanceOf(digest: Digest, name: string | undefined, facts: BuildFacts): Statement {
	const { startedOn, finishedOn } = facts;
	return {
		subject: [{ digest, ...(name !== undefined && { name }) }],
		predicateType: PROVENANCE_PREDICATE,
		predicate: {
			buildDefinition: {
				buildType: facts.buildType,
				externalParameters: facts.externalParameters,
				internalParameters: facts.internalParameters,
				resolvedDependencies: facts.resolvedDependencies.map(descriptorOf),
			},
			runDetails: {
				builder: { id: LOCAL_BUILDER, version: facts.versions },
				metadata: startedOn === undefined && finishedOn === undefined ? undefined : { startedOn, finishedOn },
			},
		},
	};
}

/** in-toto's ResourceDescriptor. */
function descriptorOf({ uri, digest, name }: ResolvedDependency): object {
	return { name, uri, digest: digest && { [algorithmOf(digest)]: hexOf(digest) } };
}
