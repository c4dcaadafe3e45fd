import { stringOption, type ConfigOption } from './config-option.js'

/** Options of Flink's DeploymentOptions. */
export const DeploymentOptions: {
  readonly TARGET: ConfigOption<string | undefined>
} = {
  TARGET: stringOption('execution.target', undefined, {
    description:
      'Where jobs run: `local`, in processes of this machine, or `remote`, in the session at rest.address and rest.port. A command refuses every other target.',
  }),
}
