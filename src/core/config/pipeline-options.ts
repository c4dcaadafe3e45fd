import {
  booleanOption,
  durationOption,
  intOption,
  mapOption,
  stringOption,
  type ConfigOption,
} from './config-option.js'

/** Options of Flink's PipelineOptions. */
export const PipelineOptions: {
  readonly NAME: ConfigOption<string | undefined>
  readonly MAX_PARALLELISM: ConfigOption<number>
  readonly AUTO_GENERATE_UIDS: ConfigOption<boolean>
  readonly OPERATOR_CHAINING: ConfigOption<boolean>
  readonly AUTO_WATERMARK_INTERVAL: ConfigOption<number>
  readonly GLOBAL_JOB_PARAMETERS: ConfigOption<Readonly<Record<string, string>>>
  readonly CACHED_FILES: ConfigOption<string | undefined>
  readonly OBJECT_REUSE: ConfigOption<boolean>
  readonly SHARE_WINDOW_PANES: ConfigOption<boolean>
} = {
  NAME: stringOption('pipeline.name', undefined, {
    description: 'Name of the job, where execute() gives none.',
  }),
  MAX_PARALLELISM: intOption('pipeline.max-parallelism', -1, {
    minimum: -1,
    maximum: 32_768,
    description:
      'Number of key groups, and so the highest parallelism keyed state can be rescaled to; -1: derived, at least 128.',
  }),
  AUTO_GENERATE_UIDS: booleanOption('pipeline.auto-generate-uids', true, {
    description:
      'Operators without uid get an id of their place in the program, which a changed program may not have any more. false: a program in which an operator has neither uid nor uid hash is refused, with all of them named.',
  }),
  OPERATOR_CHAINING: booleanOption('pipeline.operator-chaining.enabled', true, {
    description: 'Run operators that follow each other in one task.',
    deprecatedKeys: ['pipeline.operator-chaining'],
  }),
  AUTO_WATERMARK_INTERVAL: durationOption('pipeline.auto-watermark-interval', 200, {
    description:
      'Interval in which the watermark generators of sources and of assignTimestampsAndWatermarks are asked for a watermark, and in which idleness is looked at; 0: never.',
  }),
  GLOBAL_JOB_PARAMETERS: mapOption('pipeline.global-job-parameters', {
    description: 'Parameters that functions of the job can read.',
  }),
  CACHED_FILES: stringOption('pipeline.cached-files', undefined, {
    description:
      'Files and directories that functions find by a name, through getRuntimeContext().getDistributedCache().getFile(name): `name:<name>,path:<path>`, with a semicolon between two of them. registerCachedFile of a program adds to them.',
  }),
  OBJECT_REUSE: booleanOption('pipeline.object-reuse', false, {
    description:
      'Hand records on by reference within a chain, for functions that neither change nor keep what they were given or emitted; false: each function gets a copy of its own. What goes to another task is copied in any case.',
  }),
  SHARE_WINDOW_PANES: booleanOption('pipeline.share-window-panes', true, {
    description:
      'Sliding windows of event time with reduce, or with aggregate, and the default trigger add a record once, to a piece of time that all its windows share, and combine these pieces when they fire; so their functions must not depend on the order of records. Sums of fractions may differ in their last bits. false: each window is added to by itself. State can be restored either way.',
  }),
}
