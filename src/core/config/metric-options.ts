import { durationOption, mapOption, stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's MetricOptions. */
export const MetricOptions: {
  readonly METRIC_FETCHER_UPDATE_INTERVAL: ConfigOption<number>
  readonly REPORTERS_LIST: ConfigOption<string | undefined>
  readonly REPORTER: ConfigOption<Readonly<Record<string, string>>>
  readonly SCOPE_FORMATS: ConfigOption<Readonly<Record<string, string>>>
} = {
  METRIC_FETCHER_UPDATE_INTERVAL: durationOption('metrics.fetcher.update-interval', 10_000, {
    description:
      'Time between two reports of the metrics of tasks, which REST and its `/metrics` show; 0: none, unless a reporter needs them.',
  }),
  REPORTERS_LIST: stringOption('metrics.reporters', undefined, {
    description: 'Names of the reporters to be started, separated by commas. Unset: all that have a factory class.',
  }),
  REPORTER: mapOption('metrics.reporter', {
    description:
      'Reporters, by the name of each: `metrics.reporter.<name>.factory.class` and what this one takes. `src/reporters/README.md` says which there are.',
  }),
  SCOPE_FORMATS: mapOption('metrics.scope', {
    description: 'Formats of the scopes in the names of metrics (`metrics.scope.task` and the like).',
  }),
}
