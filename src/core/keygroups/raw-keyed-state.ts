/** Name of the operator state in which own operators keep bytes by key group: keyed state for whoever assigns it. */
export const RAW_KEYED_STATE = '_raw_keyed_state_'
