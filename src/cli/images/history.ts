import { openImage, type OpenedImage } from "../../oci/open-image.ts";
import { printResult } from "../print.ts";
import { verb } from "../verb.ts";
import { demandWords, forEach } from "./each.ts";
import { findImage } from "./find-image.ts";
import { humanAgo, humanSize } from "./human.ts";
import { createdMs } from "./image-facts.ts";
import { shownId } from "./list-rows.ts";
import { openStore } from "./open-store.ts";
import { tableText } from "./table.ts";

const USAGE = "wherry history [OPTIONS] IMAGE";

/** A line of `wherry history`, with docker's names. */
interface Step {
	readonly ID: string;
	readonly CreatedSince: string;
	readonly CreatedAt: string;
	readonly CreatedBy: string;
	readonly Size: string;
	readonly Comment: string;
}

interface Draft {
	whole: boolean;
	quiet: boolean;
	human: boolean;
}

/** `wherry history`: the steps in which an image was made. */
export const HISTORY_VERB = verb<Draft>({
	name: "history",
	usage: USAGE,
	about: ["Shows the layers of an image, the last first. SIZE is that of the layer as it is stored."],
	flags: [
		{
			long: "no-trunc",
			group: "Options",
			doc: "Do not cut IDs and commands short",
			apply: (draft, value) => (draft.whole = value === "true"),
		},
		{
			long: "quiet",
			short: "q",
			group: "Options",
			doc: "Only print image IDs",
			apply: (draft, value) => (draft.quiet = value === "true"),
		},
		{
			long: "human",
			short: "H",
			group: "Options",
			doc: "Write sizes and dates for people; --human=false writes bytes and RFC 3339",
			apply: (draft, value) => (draft.human = value === "true"),
		},
	],
	examples: [{ says: "See how an image was made", words: "wherry history hello" }],
	completes: "image",
	draft: () => ({ whole: false, quiet: false, human: true }),
	async act(asked, words) {
		demandWords(words, 1, 1, USAGE);
		return forEach(words, asked, async (word) => {
			const store = openStore();
			const { descriptor } = await findImage(store, word, "history");
			const image = await openImage(store.repository(""), descriptor);
			const steps = stepsOf(image, shownId(descriptor, asked.whole), asked);
			if (asked.quiet) printResult(steps.map(({ ID }) => `${ID}\n`).join(""));
			else if (asked.format === "json")
				printResult(steps.map((step) => `${JSON.stringify(step)}\n`).join(""));
			else
				printResult(
					tableText(
						HEADINGS,
						steps.map((step) => cellsOf(step, asked)),
					),
				);
		});
	},
});

const HEADINGS = ["IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT"];
const COMMAND_CHARACTERS_MAX = 45;
const MISSING = "<missing>";

function cellsOf(step: Step, { human, whole }: Draft): string[] {
	const { ID, CreatedSince, CreatedAt, CreatedBy, Size, Comment } = step;
	const isLong = !whole && CreatedBy.length > COMMAND_CHARACTERS_MAX;
	const by = isLong ? `${CreatedBy.slice(0, COMMAND_CHARACTERS_MAX - 1)}…` : CreatedBy;
	return [ID, human ? CreatedSince : CreatedAt, by.replaceAll(/\s+/g, " "), Size, Comment];
}

/** The last first; only that has the image's id. */
function stepsOf(image: OpenedImage, id: string, { human }: Draft): Step[] {
	const now_ms = Date.now();
	return entriesOf(image)
		.toReversed()
		.map(({ created_ms, by, size_bytes, comment }, index) => ({
			ID: index === 0 ? id : MISSING,
			CreatedSince: humanAgo(created_ms, now_ms),
			CreatedAt: created_ms === undefined ? "N/A" : new Date(created_ms).toISOString(),
			CreatedBy: by,
			Size: human ? humanSize(size_bytes) : String(size_bytes),
			Comment: comment,
		}));
}

interface Made {
	readonly created_ms: number | undefined;
	readonly by: string;
	readonly size_bytes: number;
	readonly comment: string;
}

/** The first step first. Layers that the config's history does not speak of are steps too. */
function entriesOf(image: OpenedImage): Made[] {
	const { shape, manifest } = image;
	const layers = [...manifest.layers];
	const steps = (shape.config?.history ?? []).map((step): Made => {
		const layer = step.empty_layer === true ? undefined : layers.shift();
		const time_ms = Date.parse(step.created ?? "");
		return {
			created_ms: Number.isNaN(time_ms) ? undefined : time_ms,
			by: step.created_by ?? "",
			size_bytes: layer?.size ?? 0,
			comment: step.comment ?? "",
		};
	});
	const untold = layers.map(({ mediaType, size }): Made => ({
		created_ms: createdMs(image),
		by: mediaType,
		size_bytes: size,
		comment: "",
	}));
	return [...steps, ...untold];
}
