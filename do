#!/usr/bin/env bash
# One script for everything. `./do` alone lists what there is.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_CLI_UI_LANGUAGE=en

solution=Formae.Functions.sln
configuration=${FORMAE_CONFIGURATION:-Release}
libraries=(src/Model src/Protocol src/Telemetry src/Client src/Sdk src/Sdk.Conformance src/Sdk.Testing)
apps=(functions/Coordinator functions/plugins/* src/Cli)

usage() {
  cat <<'TEXT'
./do check             restore, format check, build with warnings as errors, tests, the README's demo
./do test [ARGS]       all tests; ARGS go to dotnet test, for instance --filter FullyQualifiedName~Planner
./do fmt [--check]     put white space in order, or only say where it is not
./do run [ARGS]        build and run the control plane on this machine (formae up ARGS)
./do bench [ARGS]      measure, Release build; --quick for a small run, --only NAME for one scenario
./do blackbox [ARGS]   random sequences against the whole control plane; --iterations N, --seed S, --profile NAME, --processes, --help
./do simulate ARGS     time, cost and first bottleneck of a large change on Azure: --resources 1000000 --backend DurableTaskScheduler --cloud-rate 100
./do cost [ARGS]       what the tiers of infra/bicep cost at rest and for 1,000 operations; --tier dev
./do pack              libraries as packages, apps as folders, both into artifacts/
TEXT
}

# Names the step, runs it, and says how long it took.
step() {
  local name=$1 start=$SECONDS
  shift
  printf -- '--- %s\n' "$name"
  "$@" || { printf -- '--- %s: FAILED after %s s\n' "$name" "$((SECONDS - start))" >&2; return 1; }
  printf -- '--- %s: %s s\n' "$name" "$((SECONDS - start))"
}

# Style rules are held by the build (EnforceCodeStyleInBuild); white space needs no build, so it is looked at without one.
format() {
  if [[ ${1:-} == --check ]]; then
    dotnet format whitespace . --folder --exclude artifacts --verify-no-changes
  else
    dotnet format whitespace . --folder --exclude artifacts
  fi
}

check() {
  step restore dotnet restore "$solution" -v quiet
  step format format --check
  step build dotnet build "$solution" --no-restore -v quiet
  step test dotnet test "$solution" --no-build
  step demo dotnet run --project src/Cli -- demo
}

# Builds what is run next. The output of that program is its own: nothing of the build gets into it.
built() {
  printf 'building %s …\n' "$1" >&2
  dotnet build "$1" -c "$configuration" -v quiet >&2
}

bench() {
  built bench/Formae.Bench.csproj
  exec dotnet "artifacts/bin/Formae.Bench/${configuration,,}/Formae.Bench.dll" --cli "artifacts/bin/Formae.Cli/${configuration,,}/formae.dll" "$@"
}

blackbox() {
  built tests/BlackBox
  exec "artifacts/bin/Formae.BlackBox.Tests/${configuration,,}/Formae.BlackBox.Tests" blackbox "$@"
}

reckon() {
  built tools/Cost
  exec dotnet "artifacts/bin/Formae.Cost/${configuration,,}/Formae.Cost.dll" "$@"
}

pack() {
  for project in "${libraries[@]}"; do
    dotnet pack "$project" -c Release -v quiet -o artifacts/packages
  done
  for project in "${apps[@]}"; do
    dotnet publish "$project" -c Release -v quiet -o "artifacts/apps/${project##*/}"
  done
}

command=${1:-help}
shift || true
case $command in
  check) check ;;
  test) dotnet test "$solution" "$@" ;;
  fmt) format "$@" ;;
  run) exec dotnet run --project src/Cli -c "$configuration" -- up "$@" ;;
  bench) bench "$@" ;;
  blackbox) blackbox "$@" ;;
  simulate | cost) reckon "$command" "$@" ;;
  pack) pack ;;
  help | --help | -h) usage ;;
  *) usage >&2; exit 2 ;;
esac
