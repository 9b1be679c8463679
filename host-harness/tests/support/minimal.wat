;; The smallest engine: it describes itself and offers nothing that an engine may leave out.
(module
  (memory (export "memory") 1)

  ;; The description: every text is a pointer and a length; lists are empty.
  (data (i32.const 0)
    "\50\00\00\00" "\07\00\00\00" ;; id
    "\57\00\00\00" "\05\00\00\00" ;; version
    "\50\00\00\00" "\07\00\00\00" ;; name, English
    "\50\00\00\00" "\07\00\00\00" ;; name, Chinese
    "\50\00\00\00" "\07\00\00\00" ;; summary, English
    "\50\00\00\00" "\07\00\00\00" ;; summary, Chinese
    "\00\00\00\00" "\00\00\00\00" ;; settings
    "\00\00\00\00" "\00\00\00\00" ;; capabilities
    "\00\00\00\00" "\00\00\00\00" ;; reaches
    "\00\00\00\00" "\00\00\00\00" ;; guide
    "minimal" "0.1.0")

  (func (export "idaas:approval/approval-engine@0.1.1#describe") (result i32)
    i32.const 0)
  (func (export "idaas:approval/approval-engine@0.1.1#configure") (param i32 i32) (result i32)
    unreachable)
  (func (export "idaas:approval/approval-engine@0.1.1#handle-callback")
    (param i32 i32 i32 i32 i32 i32 i32 i32 i64) (result i32)
    unreachable)
  (func (export "idaas:approval/approval-engine@0.1.1#resolve-user")
    (param i32 i32 i32 i32 i32 i32 i32) (result i32)
    unreachable)
  (func (export "idaas:approval/approval-engine@0.1.1#submit") (param i32) (result i32)
    unreachable)
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    unreachable))
