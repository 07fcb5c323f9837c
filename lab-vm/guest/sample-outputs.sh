#!/bin/sh
# The guest's side of eng/sample-outputs: runs the commands of docs/outputs.md in the machine with two tiers, and keeps what each printed in
# a file of the block's name in /tmp/outputs.
set -eu
out=/tmp/outputs
mkdir -p $out /etc/terrace

# show [-CODE] NAME COMMAND: the command as it is written on the page, and what it printed on both streams. A reader needs sudo, the lab's root does not.
# Another exit code than the one that is expected is a fault.
show() {
    expected=0
    case $1 in -*) expected=${1#-}; shift ;; esac
    name=$1
    shift
    code=0
    printf '$ %s\n' "$*" >$out/"$name"
    sh -c "$(printf '%s' "$*" | sed 's/sudo //g')" >>$out/"$name" 2>&1 || code=$?
    [ $code -eq $expected ] || { echo "$name ended with $code, not with $expected:" >&2; cat $out/"$name" >&2; exit 1; }
}
# within SECONDS CONDITION: waits until a command succeeds.
within() {
    left=$(($1 * 2))
    shift
    until "$@"; do
        left=$((left - 1))
        [ $left -gt 0 ] || { echo "waited in vain for: $*" >&2; cat /tmp/daemon.log >&2; terrace targets >&2; exit 1; }
        sleep 0.5
    done
}
reports() { grep -q '"event":"report"' "$1"; }

show topology terrace topology
show tiers sudo terrace tiers
show kernel terrace kernel
show kernel-mode sudo terrace kernel --mode terrace
show doctor sudo terrace doctor

# More than fast memory has room for, with its hot range at the end: that is in slow memory when it begins.
show run sudo terrace run -- terrace exercise --size 1100M --contiguous --for 40s --report-every 20s

# Two programs, by names of their own. The first is so large that it leaves the second one little fast memory.
ln /usr/bin/terrace /usr/bin/orders-db
ln /usr/bin/terrace /usr/bin/report-job
report-job exercise --size 820M --hot 5% --share 50% --load 1% --json >/tmp/report-job.jsonl & job=$!
within 240 reports /tmp/report-job.jsonl
orders-db exercise --size 320M --hot 10% --share 90% --load 40% --json >/tmp/orders-db.jsonl & db=$!
within 240 reports /tmp/orders-db.jsonl

show scan sudo terrace scan $db --interval 1s --top 5
show accessed sudo terrace accessed $db --scans 3 --interval 1s --json
show accessed-bytes "sudo terrace accessed $db --scans 1 --range 100000000000-100000020000 | hexdump -C"
show manage-dry-run sudo terrace manage --pid $db --for 20s --dry-run
show manage sudo terrace manage --pid $db --for 30s
show -2 wrong sudo terrace manage --pid $db --rate-limit 100

cat >/etc/terrace/terrace.yaml <<'TEXT'
version: 1
# The processors of an emulated machine are slow: on a real one leave the limit at its default, 3%.
host: { cpu-limit: 50%, metrics: "127.0.0.1:9464" }
rules:
  - { name: databases, match: { executable: /usr/bin/orders-db } }
  - { name: batch, match: { executable: /usr/bin/report-job }, class: best-effort }
  - { name: web guests, match: { vm: "web*" }, fast: 30%, per: process }
TEXT
show rules cat /etc/terrace/terrace.yaml
show config-check terrace config check
show config-match sudo terrace config match
show config-why sudo terrace config match --pid $job
show config-show 'terrace config show | head -n 26'

terrace daemon >/tmp/daemon.log 2>&1 & daemon=$!
answers() { terrace status >/dev/null 2>&1; }
within 60 answers
# Both have had rounds, and what was worth moving has moved.
moved() { terrace targets --json | grep '"name":"databases"' | grep -q '"hitRatio":\(0\.9\|1[,}]\)'; }
within 300 moved
sleep 20
show status terrace status
show targets sudo terrace targets
show targets-one sudo terrace targets databases
show explain sudo terrace explain $db 100000001000
show events sudo terrace events
show set sudo terrace set databases --fast 20%
# The share is kept although fast memory is free.
kept() { terrace targets --json | grep '"name":"databases"' | sed 's/.*"bytes":\([0-9]*\),"fastBytes":\([0-9]*\),"budgetBytes".*"processes".*/\1 \2/' | awk '{ exit !($2 / $1 < 0.21 && $2 / $1 > 0.19) }'; }
within 240 kept
show targets-set sudo terrace targets
show set-back sudo terrace set databases --fast rule
show pause sudo terrace pause batch
show resume sudo terrace resume batch
sed -i 's/fast: 30%/fast: 40%/; s/class: best-effort/fast: 10%/' /etc/terrace/terrace.yaml
show reload-dry-run sudo terrace reload --dry-run
show reload sudo terrace reload
{
    echo '$ curl -s http://127.0.0.1:9464/metrics | grep ^terrace_group_memory'
    busybox wget -q -O - http://127.0.0.1:9464/metrics | grep ^terrace_group_memory
} >$out/metrics
kill -TERM $daemon
wait $daemon
{
    echo '$ sudo terrace daemon'
    cat /tmp/daemon.log
} >$out/daemon

dd if=/dev/zero of=/dev/shm/table bs=1M count=32 2>/dev/null
show layout sudo terrace layout show /dev/shm/table
show layout-stripe sudo terrace layout stripe /dev/shm/table --nodes 0,1

show kernel-restore sudo terrace kernel --restore
kill -TERM $db $job
wait $db || true
wait $job || true
show exercise terrace exercise --size 64M --for 3s
show completion 'terrace completion bash | head -n 4'
show help terrace help
show man 'terrace man | head -n 8'
