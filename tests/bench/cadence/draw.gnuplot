# Delay against polls, a panel a law: gnuplot -c draw.gnuplot NUMBERS.csv PICTURE.svg
numbers = ARG1
picture = ARG2
set datafile separator ";"
set terminal svg size 1080,800 font "sans-serif,13" background "white"
set output picture

set logscale xy
set xtics (1, 2, 5, 10, 20, 50)
set ytics (0.05, 0.1, 0.2, 0.5, 1, 2, 5)
set grid linecolor rgb "#e4e4e4"
set border 3 linecolor rgb "#808080"
set tics nomirror
set key off

laws = "tight wide bimodal heavy quick stages"
row(law, policy, column) = (strcol(1) eq law && strcol(2) eq policy) ? column : NaN

set style line 1 linecolor rgb "#9a9a9a" pointtype 4 pointsize 0.8
set style line 2 linecolor rgb "#6e6e6e" pointtype 5 pointsize 0.8
set style line 3 linecolor rgb "#3c3c3c" pointtype 6 pointsize 0.9
set style line 4 linecolor rgb "#c8553d" pointtype 9 pointsize 1.1
set style line 5 linecolor rgb "#8f4fa8" pointtype 11 pointsize 1.1
set style line 6 linecolor rgb "#9ecae9" pointtype 7 pointsize 0.9
set style line 7 linecolor rgb "#5aa2d4" pointtype 7 pointsize 0.9
set style line 8 linecolor rgb "#2171b5" pointtype 7 pointsize 0.9
set style line 9 linecolor rgb "#08306b" pointtype 7 pointsize 0.9
set style line 10 linecolor rgb "#2e8b57" linewidth 2

array names[9] = ["fixed 0.5 s", "fixed 1 s", "fixed 1.5 s", "exponential backoff", "Smithy", \
    "learned, new", "learned, 50 rooms", "learned, 200 rooms", "learned, 1000 rooms"]

set multiplot
do for [panel = 1:6] {
    law = word(laws, panel)
    across = (panel - 1) % 3
    down = (panel - 1) / 3
    set lmargin at screen 0.065 + across * 0.32
    set rmargin at screen 0.065 + across * 0.32 + 0.27
    set tmargin at screen 0.955 - down * 0.425
    set bmargin at screen 0.955 - down * 0.425 - 0.335
    set title law font ",15" offset 0, -0.6
    set xlabel (down == 1 ? "expected polls a room" : "") offset 0, 0.4
    set ylabel (across == 0 ? "expected delay in s" : "") offset 1, 0
    plot [1:30] [0.05:7] numbers using (row(law, "best schedules", $3)):4 with lines linestyle 10, \
        for [i = 1:9] numbers using (row(law, names[i], $3)):4 with points linestyle i
}
# The legend below all panels is a plot of its own without data.
set lmargin at screen 0.03
set rmargin at screen 0.99
set bmargin at screen 0.005
set tmargin at screen 0.1
unset title
unset xlabel
unset ylabel
unset tics
unset border
unset grid
set key center center horizontal maxrows 2 width 1 samplen 1.6
plot [1:2] [1:2] NaN with lines linestyle 10 title "optimum", \
    for [i = 1:9] NaN with points linestyle i title names[i]
unset multiplot
