import type { Descriptor, Platform } from "./descriptor.ts";
import { isDigest } from "./digest.ts";
import type { JsonObject } from "./json.ts";
import { ANNOTATIONS_MAX } from "./limits.ts";

const MEDIA_TYPE_CHARACTERS_MAX = 255;

/** RFC 6838, 4.2: the names that the spec allows, and the parameters that some write behind them. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?$/;

/**
 * A descriptor (image-spec, descriptor.md). One that says to fetch its content from elsewhere (`urls`)
 * is refused: nobody but the registry that was named is asked for bytes.
 *
 * @param bytes_max the largest size that it may promise
 */
export function readDescriptor(object: JsonObject, bytes_max: number): Descriptor {
	const mediaType = object.text("mediaType");
	if (!isMediaType(mediaType))
		throw object.fault("mediaType", `is '${mediaType.slice(0, 80)}', no media type`);
	const digest = object.text("digest");
	if (!isDigest(digest))
		throw object.fault("digest", `is '${digest.slice(0, 160)}', no sha256 or sha512 digest`);
	const size = object.size("size");
	if (size > bytes_max) throw object.fault("size", `is ${size} bytes, over the limit of ${bytes_max}`);
	if (object.texts("urls", 100).length > 0)
		throw object.fault("urls", "points outside of the registry; that is refused");
	const annotations = object.optionalRecord("annotations", ANNOTATIONS_MAX);
	const artifactType = object.optionalText("artifactType");
	const platform = object.optionalObject("platform");
	return {
		mediaType,
		digest,
		size,
		...(annotations !== undefined && { annotations }),
		...(artifactType !== undefined && { artifactType }),
		...(platform !== undefined && { platform: readPlatform(platform) }),
	};
}

export function isMediaType(text: string): boolean {
	return text.length <= MEDIA_TYPE_CHARACTERS_MAX && MEDIA_TYPE.test(text);
}

function readPlatform(object: JsonObject): Platform {
	const variant = object.optionalText("variant");
	return {
		architecture: object.text("architecture"),
		os: object.text("os"),
		...(variant !== undefined && { variant }),
	};
}
