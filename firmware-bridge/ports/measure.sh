#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures firmware images: flash, memory, and the deepest stack, and fails above the limits.
#
#   firmware-bridge/ports/measure.sh DIR IMAGE...     DIR/IMAGE.elf, DIR/PORT/**/*.su (gcc -fstack-usage); IMAGE is a PORT (the
#                                                     node alone), PORT-a or PORT-b (with the window for updates) or PORT-boot
#   NILA_PATH=1 shows the longest path of calls.
#
# The stack is the sum of frames along the longest path of calls in the disassembly, plus the deepest interrupt. Where a call
# through a pointer may lead is written in POINTERS; any other counts as if it went to the deepest function that nobody calls
# by name and that is no interrupt. Functions of one name count as the largest of them. Recursion is an error.
set -u
declare -A FLASH_MAX=([node]=$((24 * 1024)) [slot]=$((32 * 1024)) [boot]=$((8 * 1024)) [avr]=$((24 * 1024)))
declare -A RAM_MAX=([node]=$((4 * 1024)) [slot]=$((4 * 1024 + 512)) [boot]=2048 [avr]=2048) # the smallest board has 8 KB, an ATmega328P 2

# caller, and a regular expression of those it may call through a pointer: the functions of nila_port, nila_pdu's table, nila_block,
# nila_board, nila_flash, nila_caltx and nila_wire
POINTERS='
nila_line_(heard|sent|step|alive|open) ^(clock_us|tick_us|drive|transmit|rx_waiting|uart_open)$
nila_units_serve ^(read_input|read_holding|write_one|write_several|diagnose|report_id|identify)$
nila_node_(write|holding) ^(line_|fault_)?(read|check|apply)(_(config|cal|water|record|registers))?$
(nila_app_(init|step)|move_relay|open_line) ^(clock_us|tick_us|uart_open|feed|relay|adc_supply_mv|adc_temp_x10|supply_low|sample|recall|probing_.*)$
settle ^no_board_has_one$
nila_store_write_from ^(put_whole|put_record|flash_(erase|program|read))$
(nila_store_(find|open|read|write|put)|valid|program|begin|blank) ^flash_(erase|program|read)$
(nila_boot_sound|nila_update_step|read|erase|page_blank|take_data|resume|check_data|apply) ^flash_(erase|program|read)$
(nila_lms_(begin|step)|step_(message|chain)|tree) ^read_slot$
confirm ^well$
probing_(recall|step) ^clock_us$
(nila_probes_(init|begin|step)|move_.*|put_value|ask_ezo) ^(wire_)?(open|ready|put|get|microvolts)$
'

dir=$1
shift
bad=0

deepest() { # deepest IMAGE PREFIX: "main interrupt" in bytes
  find "$dir/${1%-*}" -name '*.su' -exec cat {} + |
    awk -F'\t' '{ n = split($1, p, ":"); sub(/\.(isra|constprop|part).*/, "", p[n]); print "su", p[n], $2, $3 }' >"$dir/$1.stack"
  "$2objdump" -d --no-show-raw-insn "$dir/$1.elf" >>"$dir/$1.stack" || return 1
  awk -v pointers="$POINTERS" -v avr="$([ "$1" = avr ] && echo 1 || echo 0)" '
    function of(f,   d, best, n, i, list) { # bytes from here on
      if (f in depth) return depth[f]
      if (f in open) { print "recursion through " f >"/dev/stderr"; failed = 1; return 0 }
      open[f] = 1
      best = 0
      n = split(calls[f], list, " ")
      for (i = 1; i <= n; i++) {
        d = of(list[i])
        if (d > best) { best = d; next_of[f] = list[i] }
      }
      if (indirect[f]) {
        d = through(f)
        if (d > best) { best = d; next_of[f] = reached }
      }
      delete open[f]
      depth[f] = frame[f] + (avr ? 2 : 0) + best
      return depth[f]
    }
    function through(f,   i, g, d, best, by, word) { # the deepest that f may reach through its pointers
      for (i = 1; i <= rules; i++) {
        split(rule[i], word, " ")
        if (f !~ "^(" word[1] ")$") continue
        best = 0
        for (g in known) if (g in frame && g ~ word[2]) { d = of(g); if (d > best) { best = d; by = g } }
        reached = by
        return best
      }
      reached = deepest_pointer
      return pointer
    }
    BEGIN { rules = split(pointers, rule, "\n") ; for (i = 1; i <= rules; i++) if (rule[i] == "") rule[i] = "- -" }
    $1 == "su" {
      if ($3 > frame[$2]) frame[$2] = $3
      if ($4 !~ /static/) { print $2 ": stack of no known size" >"/dev/stderr"; failed = 1 }
      next
    }
    /^[0-9a-f]+ <.*>:$/ { f = $2; gsub(/[<>:]|\.(isra|constprop|part).*/, "", f); known[f] = 1; next }
    f == "" { next }
    /\t(bl|b|b\.w|b\.n|call|rcall|jmp|rjmp|beq|bne|bcc|bcs|bhi|bls|bge|blt|bgt|ble|cbz|cbnz|b[a-z][a-z]\.[nw])[ \t]/ && /<[A-Za-z_.][A-Za-z0-9_.]*>/ {
      t = $0; sub(/.*</, "", t); sub(/>.*/, "", t); sub(/\.(isra|constprop|part).*/, "", t)
      if (t != f) { calls[f] = calls[f] " " t; called[t] = 1 }
      next
    }
    /\t(blx|bx)[ \t]+r[0-9]+|\t(icall|ijmp|eicall)/ { if ($0 !~ /bx[ \t]+lr/) indirect[f] = 1 }
    END {
      split("start_up systick fault watchdog uart_rx uart_tx usart1 usart2 usart3 wire_1 wire_2 main", isr, " ")
      for (i in isr) entry[isr[i]] = 1
      # callbacks may call through pointers themselves (a block inside a node): three rounds are deeper than the code goes
      pointer = 0
      for (round = 0; round < 3; round++) {
        split("", depth)
        most = 0
        for (f in known) {
          if ((f in called) || (f in entry) || f ~ /^__/ || !(f in frame)) continue
          d = of(f)
          if (d > most) { most = d; far = f }
        }
        deepest_pointer = far
        if (most == pointer) break
        pointer = most
      }
      split("", depth)
      irq = 0
      for (f in known)
        if ((f in entry && f != "main" && f != "start_up" && f != "fault" && f != "watchdog") || f ~ /^__vector_/) {
          d = of(f)
          if (d > irq) irq = d
        }
      main_stack = of("main")
      if (ENVIRON["NILA_PATH"] != "") # the longest path, to see what makes it long
        for (f = "main"; f != "" && steps++ < 40; f = next_of[f]) print "  " frame[f], f >"/dev/stderr"
      print main_stack + (avr ? 0 : of("start_up") - main_stack), irq + (avr ? 0 : 36)
      exit failed
    }' "$dir/$1.stack"
}

printf '%-12s %7s %6s %6s %7s %9s %6s   %s\n' image .text .data .bss stack interrupt RAM "(flash of its limit, RAM of its limit)"
for port in "$@"; do
  prefix=arm-none-eabi- kind=node
  case $port in
    avr) prefix=avr- kind=avr ;;
    *-boot) kind=boot ;;
    *-[ab]) kind=slot ;;
  esac
  read -r text data bss < <("${prefix}size" "$dir/$port.elf" | awk 'NR == 2 { print $1, $2, $3 }')
  read -r main irq < <(deepest "$port" "$prefix" || echo "0 0")
  if [ "${main:-0}" -eq 0 ]; then
    echo "$port: the stack could not be measured" >&2
    bad=1
    continue
  fi
  flash=$((text + data)) ram=$((data + bss + main + irq)) says=fits
  if [ "$flash" -gt "${FLASH_MAX[$kind]}" ] || [ "$ram" -gt "${RAM_MAX[$kind]}" ]; then says="TOO LARGE" bad=1; fi
  printf '%-12s %7d %6d %6d %7d %9d %6d   %s (%d of %d, %d of %d)\n' "$port" "$text" "$data" "$bss" "$main" "$irq" "$ram" "$says" \
    "$flash" "${FLASH_MAX[$kind]}" "$ram" "${RAM_MAX[$kind]}"
done
exit $bad
