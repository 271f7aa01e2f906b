import type { Explanation } from "../explanations.ts";

/** The error codes of images: names, layouts, layers, the store. */
export const IMAGES_EXPLANATIONS = {
	REFERENCE_INVALID: {
		means: "The words do not name an image.",
		why: "An image is named as docker does: [HOST[:PORT]/]NAME[:TAG][@DIGEST], with the name in lower case.",
		remedy: "Write the name in that form. A file is written with a '/' or ends in .wasm.",
		example: "wherry run registry.example.com/team/app:1.2",
	},
	DIGEST_INVALID: {
		means: "The word is no digest that wherry can check.",
		why: "A digest is sha256: with 64 hexadecimal digits in lower case, or sha512: with 128. No other algorithm is trusted.",
		remedy: "Copy the digest whole, as wherry images --digests prints it.",
		example: "wherry images --digests",
	},
	IMAGE_NOT_FOUND: {
		means: "There is no image of this name, here or in the registry that was asked.",
		why: "The name or the tag may be a slip, the image may have been removed, or the registry may hide it from those who did not log in.",
		remedy: "Look at what is here, or pull it. A private image needs a login first.",
		example: "wherry images",
	},
	IMAGE_IN_USE: {
		means: "The image is not removed, because something still needs it.",
		why: "A container was made from it, or it has names in several repositories and was asked for by its ID.",
		remedy:
			"Remove what needs it first, or take the names away one by one. With -f it is removed all the same.",
		example: "wherry rmi -f app:1.2",
	},
	IMAGE_UNSUPPORTED: {
		means: "The image is sound, but holds no program that wherry can run.",
		why: "It may be made for a processor instead of WebAssembly, or hold several programs without saying which to start.",
		remedy: "Take the image's WebAssembly variant, or name the program with --entrypoint.",
		example: "wherry image inspect app:1.2",
	},
	IMAGE_INVALID: {
		means: "A manifest, index or config is not what the OCI image-spec demands.",
		why: "It was made by a faulty tool, cut short, or made to harm: it is refused before anything of it is used.",
		remedy:
			"Pull or build the image anew. If it comes from a tool of yours, the note says what is wrong with it.",
		example: "wherry image inspect app:1.2",
	},
	LAYER_INVALID: {
		means: "A layer of the image cannot be unpacked.",
		why: "It is no sound archive, or names files outside of the image, holds devices, or unpacks to more than is allowed.",
		remedy: "Build the image anew from sources that you trust.",
		example: "wherry build -t app:1.2 .",
	},
	DIGEST_MISMATCH: {
		means: "The bytes are not those that the digest promises.",
		why: "Someone or something changed them: a failing disk, a broken transfer, or a hand. Nothing of them was run or kept.",
		remedy: "Remove the image and pull it again. If that fails too, the registry itself holds wrong bytes.",
		example: "wherry rmi app:1.2 && wherry pull app:1.2",
	},
	STORE_INVALID: {
		means: "The folder where wherry keeps images, or where a registry does, is not what it should be.",
		why: "It is no OCI image layout, comes from a newer wherry, or a file in it was changed by hand; a registry's may be served by another process.",
		remedy: "Put right what the note names, or move the folder away: wherry makes a new one.",
		example: "wherry images",
	},
} as const satisfies Record<string, Explanation>;
