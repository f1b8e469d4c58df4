/*
 * `wardroom install KIND NAME...` and the word apt itself, as a member types them.
 *
 * pip, npm and R install as the member, into the team's shared folders; apt is asked of the helper
 * (installer.h). Returns exit codes. Thread rule: one thread.
 */
#ifndef DESK_INSTALL_H
#define DESK_INSTALL_H

/* args: KIND NAME... */
int install_run(int n, char **args);
/* Called as apt or apt-get: installs through the helper, hands what only reads to the real one. */
int install_as_apt(int n, char **args);

#endif
