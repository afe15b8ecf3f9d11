-- Where values come from: text beside the items of a chunk (see stores/lineage-text.ts), null when none of them has an
-- origin; and the origin of the last write of a content.

alter table store_chunk add column lineage text;

alter table store_content add column lineage text;
