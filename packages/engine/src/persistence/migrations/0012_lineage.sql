-- Where values come from: text beside the items of a chunk (see stores/lineage-text.ts), null when none of them has an
-- origin; the origin of the last write of a content; and how many times the batches of a slice have been claimed.

alter table store_chunk add column lineage text;

alter table store_content add column lineage text;

alter table slice add column claims integer not null default 1;
