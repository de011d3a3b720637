#!/usr/bin/env bash
# Runs systemd as process 1 of namespaces of its own: machine.sh CGROUP TARGET UNITS [PROGRAM DOTNET CONFIGURATION]
#   CGROUP         a folder to make below a mount of cgroup2, removed again
#   TARGET         the unit that is started
#   UNITS          the folder of all the units that there are
#   PROGRAM        the published host, seen as /opt/pluginhost
#   DOTNET         the runtime, seen as /opt/dotnet
#   CONFIGURATION  seen as /etc/pluginhost
# It prints the id of the process that is 1 inside and ends, with all that was started, when its standard input does. /etc, /opt, /run and /var inside are
# copies or empty, so nothing is written outside of CGROUP. The network and /tmp are those outside.
set -euo pipefail

if [ "${1-}" != --inside ]; then
    cgroup=$1
    mkdir "$cgroup"
    # A process that has been killed takes a moment to leave its group.
    trap 'for _ in $(seq 200); do find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null && break; sleep 0.05; done' EXIT
    (
        echo "$BASHPID" >"$cgroup/cgroup.procs"
        exec unshare --pid --fork --kill-child --mount --uts --ipc --cgroup --mount-proc "$0" --inside "${@:2}" </dev/null >&2
    ) &
    outside=$!
    # The other process begins with the system as it is outside, until it is systemd.
    inside=
    while kill -0 "$outside" 2>/dev/null; do
        read -r inside _ <"/proc/$outside/task/$outside/children" || true
        [ -z "$inside" ] || [ "$(cat "/proc/$inside/comm" 2>/dev/null)" != systemd ] || break
        sleep 0.02
    done
    if kill -0 "$outside" 2>/dev/null; then
        echo "$inside"
        cat >/dev/null
        kill -KILL "$outside" "$inside" 2>/dev/null || true
    fi
    wait "$outside" 2>/dev/null || true
    exit
fi

shift
mount --make-rprivate /
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/etc
cp -a /etc/. /run/etc/
rm -rf /run/etc/systemd /run/etc/dotnet
mkdir -p /run/etc/systemd/system /run/etc/dotnet /run/etc/pluginhost
cp -r "$2"/. /run/etc/systemd/system/
if [ "$#" -gt 2 ]; then
    cp -r "$5"/. /run/etc/pluginhost/
    mkdir -p /run/opt/pluginhost /run/opt/dotnet
    mount --bind "$3" /run/opt/pluginhost
    mount --bind "$4" /run/opt/dotnet
    echo /opt/dotnet >/run/etc/dotnet/install_location
    mount --rbind /run/opt /opt
fi
mount --bind /run/etc /etc
mount -t tmpfs tmpfs /var
mkdir -p /var/lib /var/log /var/tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --bind /proc/sys /proc/sys
mount -o remount,ro,bind /proc/sys
mount --make-rshared /
# "container" keeps it from what only the system of the machine does. Units of the machine are not looked for.
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=/etc/systemd/system SYSTEMD_GENERATOR_PATH=/nonexistent \
    /usr/lib/systemd/systemd --system --unit="$1" --log-target=console --log-level=notice --show-status=false
