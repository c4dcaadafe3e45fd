/**
 * Name of the operator state in which a file sink notes how far its files were written. It only makes lines come once: a
 * program without that sink may leave it behind, so nobody has to allow state that is not restored.
 */
export const WRITTEN_FILES_STATE = '_written-files_'
