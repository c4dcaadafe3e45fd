/**
 * Name of the operator state in which a file sink notes how far its files were written. It only keeps lines from being
 * written twice: a program without that sink starts without it, and nobody has to allow unrestored state for that.
 */
export const WRITTEN_FILES_STATE = '_written-files_'
