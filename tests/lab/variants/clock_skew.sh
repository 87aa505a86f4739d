# shellcheck shell=bash
# the server's clock is one hour ahead of the machine that runs wp502

# libfaketime under a whole systemd does not work (PID 1 ends in its event loop), and only under the services it gives
# a server whose journal and logs disagree, which no real one does. So the difference is made at the other end: the
# matrix runs wp502 itself an hour behind. By hand: faketime -f -1h ./wp502 ...
variant_clock_skew() { setfact CLIENT_CLOCK -1h; }
