import { durationOption, type ConfigOption } from './config-option.js'

/** Options of Flink's MetricOptions. */
export const MetricOptions: {
  readonly METRIC_FETCHER_UPDATE_INTERVAL: ConfigOption<number>
} = {
  METRIC_FETCHER_UPDATE_INTERVAL: durationOption('metrics.fetcher.update-interval', 10_000, {
    description: 'Time between two reports of the metrics of tasks, which REST shows; 0: none.',
  }),
}
