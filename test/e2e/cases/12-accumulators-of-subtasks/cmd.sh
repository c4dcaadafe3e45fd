. ../lib.sh
$FLINK_TS run -p 3 job.mjs merged 2> "$W/e" | grep '^- \|^main' | cut -c -80 | sort; echo "exit ${PIPESTATUS[0]}"
$FLINK_TS run -p 3 job.mjs twice > "$W/o" 2>&1; echo "exit $?"; grep -o "Map: the accumulator 'maximum' already exists in this task" "$W/o" | head -1
