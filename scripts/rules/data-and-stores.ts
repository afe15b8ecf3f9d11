/**
 * The rules R1–R77 of the reference on data and stores: what each promises, in a few words, and which deliberate
 * differences (D…, docs/compatibility.md) take its place or a part of it. Sections as the reference groups them; a
 * rule named § stands for the values that the section pins in a table.
 */
import type { NamedSection } from './rule-book.ts';

export const dataAndStoresRules: readonly NamedSection[] = [
  {
    title: 'Types of values',
    promises: {
      '§2.1': ['what each type accepts and refuses; further keys never matter', 'D16'],
      '§2.2': 'what each constraint accepts, refuses and says; a wrong type is told first',
      R1: 'integral numbers are integers; allowed values are compared exactly',
      R2: 'no allowed values refuse everything, no list allows everything',
      R3: ['ranges: defaults, empty ones, steps of zero or in the wrong direction', 'D16'],
      R4: 'names of measurements match as a whole or by prefix',
      R5: ['files: form of the id, space, access, failures of the disk, type, in this order', 'D19'],
      R6: 'datasets: access and space; their stored, iterated, described and conformed forms',
      R7: 'groups: only those of the space; their stored, iterated, described and conformed forms',
      R8: 'errors inside arrays are wrapped under their position, of either kind and at any depth',
    },
  },
  {
    title: 'Forms of values',
    promises: {
      '§2.3': 'the form that is stored, the one that is iterated, the one that is shown',
      R9: 'further keys of references, ranges and measurements are lost, those of objects are kept',
      R10: 'iteration looks at nothing that is referred to; what is gone fails with the argument',
      '§2.4': 'arguments get exactly the attributes they ask for; other values pass unchanged',
    },
  },
  {
    title: 'Stores as resources',
    promises: { '§3.2': 'what a store shows of itself, who may look, and which refusal comes first' },
  },
  {
    title: 'Creation of stores',
    promises: {
      R11: 'initial content: what was supplied, else the default, else none; null is not supplied',
      R12: 'required content that is missing refuses the scheduling; nothing is left behind; unknown stores are ignored',
      R13: 'lists and forests need an array of valid items, or nothing is created',
    },
  },
  {
    title: 'Updates and freezing',
    promises: {
      R14: 'the iterated store is frozen as long as the lane run works on it; system logs are written all the same',
      R15: 'an update is checked first; extend adds all in order or nothing',
      R16: 'options of another kind of store are an internal error of the dispatch',
      R17: ['items of any size in stores of any size', 'D16'],
    },
  },
  {
    title: 'Iteration of stores',
    promises: {
      R18: 'batches have one item at least and the maximum at most; empty ones are skipped',
      R19: 'reading at the same place gives the same batch, whenever and wherever',
      R20: ['each item has a trace id of 20 hex digits; those of failed items are kept', 'D17'],
      R21: 'the spec of iterated items by type of store',
    },
  },
  {
    title: 'Browsing',
    promises: {
      R22: 'options need the type that fits the store',
      R23: 'null is absent, numbers and booleans may be texts, unknown keys are ignored',
      '§4.1': 'options of listings with their defaults, limits and errors',
      R24: 'forward: from the oldest entry or the clamped index, and when a page is the last one',
      R25: 'backward: from the newest entry or the clamped index, and when a page is the last one',
      R26: 'before the beginning is the first entry, beyond the end an empty last page',
      R27: 'a time finds the first entry not before it, backwards the last one not after it; times never decrease',
      R28: 'indices are texts; all listings but those of logs go forward',
    },
  },
  {
    title: 'Lists',
    promises: {
      R29: 'append takes one item, extend an array of them, all or nothing',
      R30: 'a store of arrays takes an array with append, an array of arrays with extend',
      R31: ['an entry that cannot be shown has its place in the page', 'D19'],
      R32: ['items come in the order of insertion', 'D14'],
    },
  },
  {
    title: 'Single values and ranges',
    promises: {
      R33: 'an update overwrites; an unset value is an error, one that cannot be shown is forbidden',
      R34: ['iterated as one item, as it is when the lane run begins; unset is nothing', 'D14'],
      '§5.3': 'ranges: shown bare, iterated from the start to before the end, wrong ones refused',
    },
  },
  {
    title: 'Audit logs',
    promises: {
      R35: 'severity and content of whatever is logged',
      R36: 'what the log level leaves out is neither checked nor counted',
      R37: 'contents are checked; extend needs an array and is all or nothing',
      R38: 'contents are kept as given',
      R39: 'a log begins with its first entry, ends when it expires, and begins again from 0',
      R40: 'limits by number and age, coarsely; expiry',
      R41: 'entries newest first by default, with index, time, severity, source and content',
      '§5.4': ['entries of the engine: prefixes, referenced tasks and trace ids, bounded details', 'D22'],
    },
  },
  {
    title: 'Exception stores',
    promises: {
      R42: ['failed items with their trace ids, unchecked, in the order of arrival; frozen at the end of the run', 'D1', 'D8'],
      R43: 'browsed like a list of trace ids and described values',
      R44: 'iterated as the original items with their trace ids',
      R45: 'indices of trace ids',
    },
  },
  {
    title: 'Tree forests',
    promises: {
      '§5.6': 'browsing shows the roots and nothing else',
      R46: 'a root, then its descendants depth-first by name, a directory before its content, every type',
      R47: 'datasets with those nested in them, as complete objects',
      R48: 'roots that are gone or closed and subtrees that are closed are skipped silently',
      R49: ['a batch over several trees', 'D18'],
      R50: 'trees are read as they are at the time; a root that is there twice is walked twice',
      R51: 'a walk goes on exactly where it stood, in batches of any size',
    },
  },
  {
    title: 'Time series',
    promises: {
      R52: 'no initial content, no iteration',
      R53: 'exact series exist from the start, the others with their first measurement',
      R54: 'an update is one measurement or an array of them, of any name',
      R55: ['every fitting rule counts, also two that lead to one series; without one nothing happens', 'D9'],
      R56: 'a fitting rule without its series stores nothing of the call',
      R57: 'the name of the series, by generator, matcher and combiner',
      R58: ['names, resolutions, retentions and numbers of metrics that may not be', 'D23'],
      R59: 'windows, aggregators and ties',
      R60: 'the newest windows are kept, what is older than all of them is dropped',
      '§5.7': 'the worked example; options of layouts and slices',
      R61: 'a layout names series and their metrics',
      R62: 'a slice: newest first, from start to stop, at most as many windows as asked for',
      R63: 'what a layout asks for and is not there is named, and only that',
      R64: 'a copy begins with all windows and goes its own way',
    },
  },
  {
    title: 'Dumps',
    promises: {
      R65: 'a dump is the JSON of all entries, oldest first, each with its line end',
      R66: 'names of dump files',
      '§5.8': 'logs only have dumps',
    },
  },
  {
    title: 'Arguments',
    promises: {
      '§6.1': 'mapper, default, neither: what is sent, and what refuses the task',
      '§6.2': ['every kind of value builder, and how each of them fails', 'D1'],
      R67: ['paths into items', 'D20'],
      R68: 'there are no templates',
      R69: 'paths see the iterated form; attributes come with the argument',
      R70: ['what is built must fit the argument; failures are told with all trace ids', 'D1'],
    },
  },
  {
    title: 'Results',
    promises: {
      '§6.3': 'every target: logs of task and workflow, time series of the task, other stores, unknown ones',
      R71: 'each result of an item must be there, streamed ones need not; unknown names are ignored',
      R71a: 'shapes of answers: none, null, no object, exceptions, a wrong number',
      R71b: 'an empty answer is fine only where no result is declared',
      R72: 'every result is checked, mapped or not; order of results and mappers; the first failure stops the item',
      R73: 'how failures of checks and of stores are wrapped',
      R74: 'a failed result fails its item once; a streamed one the task, without a retry',
      R75: 'results in several stores; logs by level; files come back with attributes; a dump equals its log',
    },
  },
  {
    title: 'Configuration of lambdas',
    promises: {
      R76: 'value or default, checked when the task is created, conformed for each batch',
      R77: ['an optional parameter with neither', 'D21'],
    },
  },
  {
    title: 'Limits',
    promises: { '§8': ['all limits in one place', 'D16', 'D22'] },
  },
];
